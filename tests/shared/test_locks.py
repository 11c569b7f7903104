"""One holder at a time."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Lock

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.locks import confirm_lock, exclusive_lock
from tests.shared.backend import Backend


def test_a_lock_has_one_holder_and_is_free_afterwards(backend: Backend) -> None:
    with (
        exclusive_lock(backend.database, "a") as first,
        exclusive_lock(backend.database, "a") as second,
    ):
        assert first is not None
        assert second is None
        with exclusive_lock(backend.database, "b") as other:
            assert other is not None
    with exclusive_lock(backend.database, "a") as again:
        assert again is not None


def test_an_error_frees_the_lock(backend: Backend) -> None:
    with pytest.raises(ZeroDivisionError), exclusive_lock(backend.database, "a"):
        raise ZeroDivisionError
    with exclusive_lock(backend.database, "a") as again:
        assert again is not None


def test_a_lock_that_was_lost_is_noticed(postgres_backend: Backend) -> None:
    with suppress(DBAPIError), exclusive_lock(postgres_backend.database, "a") as held:
        assert held is not None
        confirm_lock(held)
        with postgres_backend.database.connection() as other:
            backend = held.execute(text("SELECT pg_backend_pid()")).scalar_one()
            other.execute(text("SELECT pg_terminate_backend(:pid, 9000)"), {"pid": backend})
        confirm_lock(held)
        pytest.fail("it was not noticed")
    with exclusive_lock(postgres_backend.database, "a") as again:
        assert again is not None


def test_no_two_hold_it_while_many_come_and_go(backend: Backend) -> None:
    """Whoever leaves removes the lock's file; whoever had opened that file must not hold it."""
    inside, turns = Lock(), 0

    def come_and_go(_: int) -> int:
        with exclusive_lock(backend.database, "a") as held:
            if held is None:
                return 0
            assert inside.acquire(blocking=False)
            inside.release()
            return 1

    with ThreadPoolExecutor(8) as pool:
        turns = sum(pool.map(come_and_go, range(400)))
    assert turns > 0

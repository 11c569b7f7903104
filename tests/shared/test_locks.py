"""One holder at a time."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Lock

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.locks import confirm, exclusive
from tests.shared.kit import Kit


def test_a_lock_has_one_holder_and_is_free_afterwards(kit: Kit) -> None:
    with exclusive(kit.database, "a") as first, exclusive(kit.database, "a") as second:
        assert first is not None
        assert second is None
        with exclusive(kit.database, "b") as other:
            assert other is not None
    with exclusive(kit.database, "a") as again:
        assert again is not None


def test_an_error_frees_the_lock(kit: Kit) -> None:
    with pytest.raises(ZeroDivisionError), exclusive(kit.database, "a"):
        raise ZeroDivisionError
    with exclusive(kit.database, "a") as again:
        assert again is not None


def test_a_lock_that_was_lost_is_noticed(postgres_kit: Kit) -> None:
    with suppress(DBAPIError), exclusive(postgres_kit.database, "a") as held:
        assert held is not None
        confirm(held)
        with postgres_kit.database.connection() as other:
            backend = held.execute(text("SELECT pg_backend_pid()")).scalar_one()
            other.execute(text("SELECT pg_terminate_backend(:pid, 9000)"), {"pid": backend})
        confirm(held)
        pytest.fail("it was not noticed")
    with exclusive(postgres_kit.database, "a") as again:
        assert again is not None


def test_no_two_hold_it_while_many_come_and_go(kit: Kit) -> None:
    """Whoever leaves removes the lock's file; whoever had opened that file must not hold it."""
    inside, turns = Lock(), 0

    def come_and_go(_: int) -> int:
        with exclusive(kit.database, "a") as held:
            if held is None:
                return 0
            assert inside.acquire(blocking=False)
            inside.release()
            return 1

    with ThreadPoolExecutor(8) as pool:
        turns = sum(pool.map(come_and_go, range(400)))
    assert turns > 0

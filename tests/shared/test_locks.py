"""Exclusive locks have one owner at a time; an error or a lost connection releases a lock."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Lock

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.locks import confirm_lock, exclusive_lock
from tests.shared.backend import Backend


def test_a_lock_has_one_owner_at_a_time_and_a_next_one_after_its_release(
    backend: Backend,
) -> None:
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


def test_an_error_releases_the_lock(backend: Backend) -> None:
    with pytest.raises(ZeroDivisionError), exclusive_lock(backend.database, "a"):
        raise ZeroDivisionError
    with exclusive_lock(backend.database, "a") as again:
        assert again is not None


def test_confirming_a_lock_that_was_lost_with_its_connection_fails(
    postgres_backend: Backend,
) -> None:
    with suppress(DBAPIError), exclusive_lock(postgres_backend.database, "a") as connection:
        assert connection is not None
        confirm_lock(connection)
        with postgres_backend.database.connection() as other:
            backend_pid = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
            other.execute(text("SELECT pg_terminate_backend(:pid, 9000)"), {"pid": backend_pid})
        confirm_lock(connection)
        pytest.fail("the loss was not noticed")
    with exclusive_lock(postgres_backend.database, "a") as again:
        assert again is not None


def test_of_many_threads_that_lock_and_unlock_no_two_have_the_lock_at_once(
    backend: Backend,
) -> None:
    """On SQLite, releasing a lock removes its file; a thread may still lock the removed file.

    A thread that locks a removed file must not get the lock: `inside` detects two threads that have
    it at once.
    """
    inside = Lock()

    def lock_and_unlock(_: int) -> int:
        with exclusive_lock(backend.database, "a") as connection:
            if connection is None:
                return 0
            assert inside.acquire(blocking=False)
            inside.release()
            return 1

    with ThreadPoolExecutor(8) as pool:
        successes = sum(pool.map(lock_and_unlock, range(400)))
    assert successes > 0

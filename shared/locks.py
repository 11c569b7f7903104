"""Named locks with one owner at a time, which are released when the process of the owner dies.

On PostgreSQL it is an advisory lock of the connection that does the work, on SQLite a lock on a
file beside the database.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zlib import crc32

from sqlalchemy import Connection, text

from shared.database import Database


@contextmanager
def exclusive_lock(database: Database, name: str) -> Iterator[Connection | None]:
    """Try to lock `name`; yield the connection to work on, or None if another has the lock.

    It does not wait for the lock. On PostgreSQL the lock is lost with the connection, and the next
    statement on the connection fails.
    """
    with database.connection() as connection:
        lock = _file_lock if database.is_sqlite else _advisory_lock
        with lock(connection, f"{database.schema}.{name}") as is_locked:
            yield connection if is_locked else None


def confirm_lock(connection: Connection) -> None:
    """Raise an error of the database if the lock was lost together with its connection.

    This is for work that is done on other connections than that of the lock.
    """
    connection.execute(text("SELECT 1"))


@contextmanager
def _advisory_lock(connection: Connection, name: str) -> Iterator[bool]:
    """Yield whether the connection got an advisory lock, which is then released."""
    numbers = {"space": crc32(b"patron") - 2**31, "name": crc32(name.encode()) - 2**31}
    result = connection.execute(text("SELECT pg_try_advisory_lock(:space, :name)"), numbers)
    if not result.scalar_one():
        yield False
        return
    try:
        yield True
    finally:
        if not connection.closed and not connection.invalidated:
            connection.execute(text("SELECT pg_advisory_unlock(:space, :name)"), numbers)


@contextmanager
def _file_lock(connection: Connection, name: str) -> Iterator[bool]:
    """Yield whether this process got a lock on a file, which is then released."""
    path = Path(f"{connection.engine.url.database}.{name}.lock")
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        is_locked = _lock_file(descriptor, path)
        yield is_locked
        if is_locked:
            path.unlink()
    finally:
        os.close(descriptor)


def _lock_file(descriptor: int, path: Path) -> bool:
    """Lock the open file; return False if another has locked it, or removed it at its unlock."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except (BlockingIOError, FileNotFoundError):
        return False

"""Named locks with one owner at a time, which are released when the process of the owner dies.

On PostgreSQL a lock is an advisory lock of the connection that does the work; on SQLite it is a
lock on a file beside the database.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from zlib import crc32

from sqlalchemy import Connection, text

from shared.database import Database


@contextmanager
def exclusive_lock(database: Database, *names: str) -> Iterator[Connection | None]:
    """Try to lock all `names`; yield the connection to work on, or None if one has another owner.

    `exclusive_lock` does not wait for the locks. On PostgreSQL they are lost when their connection
    is lost; the next statement on the connection then fails.
    """
    with database.connection() as connection, ExitStack() as locks:
        lock = _file_lock if database.is_sqlite else _advisory_lock
        each = (locks.enter_context(lock(connection, f"{database.schema}.{n}")) for n in names)
        yield connection if all(each) else None


def confirm_lock(connection: Connection) -> None:
    """Raise a database error if the connection that has the lock, and thus the lock, was lost.

    Work on other connections needs this check, because those connections do not fail when the lock
    is lost.
    """
    connection.execute(text("SELECT 1"))


@contextmanager
def _advisory_lock(connection: Connection, name: str) -> Iterator[bool]:
    """Try to take an advisory lock, yield whether that succeeded, and release the lock."""
    key = {"space": crc32(b"patron") - 2**31, "name": crc32(name.encode()) - 2**31}
    result = connection.execute(text("SELECT pg_try_advisory_lock(:space, :name)"), key)
    if not result.scalar_one():
        yield False
        return
    try:
        yield True
    finally:
        if not connection.closed and not connection.invalidated:
            connection.execute(text("SELECT pg_advisory_unlock(:space, :name)"), key)


@contextmanager
def _file_lock(connection: Connection, name: str) -> Iterator[bool]:
    """Try to lock a file beside the database, yield whether that succeeded, and release it."""
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
    """Lock an open file and return True; return False if another process has locked it.

    The result is also False if the path no longer names this file: the previous owner of the lock
    has removed the file after we opened it, so another process can lock a new file with this path.
    """
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except (BlockingIOError, FileNotFoundError):
        return False

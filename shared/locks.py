"""One holder at a time, released by the death of the holder.

PostgreSQL: a session's advisory lock, on the connection that does the work. SQLite: a lock on a
file beside it.
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
    """Try to become the only holder of `name`; give the connection to work on, or None.

    On PostgreSQL the lock is lost with that connection: its next statement fails.
    """
    with database.connection() as connection:
        hold = _file_lock if database.is_sqlite else _advisory_lock
        with hold(connection, f"{database.schema}.{name}") as held:
            yield connection if held else None


def confirm_lock(held: Connection) -> None:
    """Fail where the lock was lost with its connection; for holders that work on others."""
    held.execute(text("SELECT 1"))


@contextmanager
def _advisory_lock(connection: Connection, name: str) -> Iterator[bool]:
    number = {"space": crc32(b"patron") - 2**31, "name": crc32(name.encode()) - 2**31}
    taken = connection.execute(text("SELECT pg_try_advisory_lock(:space, :name)"), number)
    if not taken.scalar_one():
        yield False
        return
    try:
        yield True
    finally:
        if not connection.closed and not connection.invalidated:
            connection.execute(text("SELECT pg_advisory_unlock(:space, :name)"), number)


@contextmanager
def _file_lock(connection: Connection, name: str) -> Iterator[bool]:
    path = Path(f"{connection.engine.url.database}.{name}.lock")
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        held = _locked(descriptor, path)
        yield held
        if held:
            path.unlink()
    finally:
        os.close(descriptor)


def _locked(descriptor: int, path: Path) -> bool:
    """Lock the file, unless somebody holds it or its last holder has removed it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except (BlockingIOError, FileNotFoundError):
        return False

"""A relay that is cut from its database in the middle of its work, and goes on afterwards.

It is held still, its connections are ended, the other worker takes the lock over and publishes
newer states; then it goes on with what it had in hand. What it says late must not be the end.
"""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zlib import crc32

import psycopg

from tests.faults import files
from tests.faults.contact import RELAY_LOCK
from tests.faults.door import Door
from tests.faults.plan import Round
from tests.faults.real import Real
from tests.faults.stage import Stage, held_still
from tests.system.product import eventually

_TIMES = 3
_FILE = 120
_LEADERS = """SELECT activity.client_port FROM pg_locks locks
JOIN pg_stat_activity activity ON activity.pid = locks.pid
WHERE locks.locktype = 'advisory' AND locks.objid = %s"""
_LOCK = (crc32(RELAY_LOCK) - 2**31) % 2**32
"""As PostgreSQL shows it: without a sign."""
_END = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE client_port = ANY(%s)"
_UNPUBLISHED = "SELECT count(*) FROM outbox WHERE published_at IS NULL"
_WAITING = "SELECT count(*), clock_timestamp() FROM registry.outbox WHERE published_at IS NULL"
_HAS_READ = """SELECT activity.pid FROM pg_locks locks
JOIN pg_stat_activity activity ON activity.pid = locks.pid
WHERE locks.locktype = 'advisory' AND locks.objid = %s
AND activity.query_start > %s AND activity.query LIKE 'SELECT%%'"""
_STEP_SECONDS = 0.002
_MANY = 40
_PATIENCE_SECONDS = 20
_NEWEST = "SELECT max(id) FROM outbox"


def cut(stage: Stage, drawn: Round) -> None:
    """Do so some times, each with customers of its own that change while the relay stands still."""
    door = Door(stage.product.url)
    with stage.second("registry-worker") as second:
        workers = stage.pid("registry-worker"), second.pid
        for turn in range(_TIMES):
            names = [f"cut-{drawn.number}-{turn}-{one}" for one in range(_FILE)]
            _change(stage, door, names, "old")
            files.customers(door, stage.book, names, said="older")
            with _cut_off(stage, workers):
                _change(stage, door, names, "new")
    door.close()


def _change(stage: Stage, door: Door, names: list[str], said: str) -> None:
    """Have all of them renamed, and that told."""
    place = files.customers(door, stage.book, names, said=said)
    eventually(lambda: door.get(place)["state"] in files.OVER, seconds=180)
    _wait_until_told(stage, stage.below.number("registry", _NEWEST))


def _wait_until_told(stage: Stage, newest: int) -> None:
    waiting = f"{_UNPUBLISHED} AND id <= {newest}"
    eventually(lambda: stage.below.number("registry", waiting) == 0, seconds=180)


@contextmanager
def _cut_off(stage: Stage, workers: tuple[int, int]) -> Iterator[None]:
    """Hold the worker still that publishes, until the other one does, without its database."""
    assert isinstance(stage.below, Real)
    with psycopg.connect(stage.below.postgres.url, autocommit=True) as connection:

        def leaders() -> set[int]:
            return {port for (port,) in connection.execute(_LEADERS, [_LOCK])}

        leader = eventually(lambda: next((p for p in workers if leaders() & _ports_of(p)), 0))
        _stop_at_work(connection, leader)
        with held_still(leader):
            own = _ports_of(leader)
            connection.execute(_END, [list(own)])
            eventually(lambda: leaders() & _ports_of(sum(workers) - leader))
            yield


def _stop_at_work(connection: psycopg.Connection[Any], leader: int) -> None:
    """Stop the publishing worker when it has read many rows and has hardly begun to send them."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline and not _moment_of_many(connection):
        pass
    seen = _moment_of_many(connection)
    while time.monotonic() < deadline:
        os.kill(leader, signal.SIGSTOP)
        if connection.execute(_HAS_READ, [_LOCK, seen]).fetchone():
            return
        os.kill(leader, signal.SIGCONT)
        time.sleep(_STEP_SECONDS)


def _moment_of_many(connection: psycopg.Connection[Any]) -> Any:
    """Give the database's time if many rows wait to be published."""
    row = connection.execute(_WAITING).fetchone()
    return row[1] if row and row[0] > _MANY else None


def _ports_of(pid: int) -> set[int]:
    """Give the local ports of a process's TCP connections."""
    inodes = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        try:
            inodes.add(str(link.readlink()))
        except OSError:
            continue
    rows = [line.split() for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]]
    return {int(row[1].split(":")[1], 16) for row in rows if f"socket:[{row[9]}]" in inodes}

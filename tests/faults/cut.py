"""A relay that is cut from its database in the middle of its work, and goes on afterwards.

It is held still, its connections are ended, the other worker takes the lock over and publishes
newer states; then it goes on with what it had in hand. What it says late must not be the end.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
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
_UNPUBLISHED_HERE = "SELECT count(*) FROM registry.outbox WHERE published_at IS NULL"
_MANY = 40
_PATIENCE_SECONDS = 20
_NEWEST = "SELECT max(id) FROM outbox"


def cut(stage: Stage, drawn: Round) -> None:
    """Do so some times, each with customers of its own that change while the relay stands still."""
    door, chance = Door(stage.product.url), Random(drawn.seed)
    with stage.second("registry-worker") as second:
        workers = stage.pid("registry-worker"), second.pid
        for turn in range(_TIMES):
            names = [f"cut-{drawn.number}-{turn}-{one}" for one in range(_FILE)]
            _change(stage, door, names, "old")
            files.customers(door, stage.book, names, said="older")
            _wait_until_relayed(stage, chance.uniform(0.01, 0.15))
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


def _wait_until_relayed(stage: Stage, seconds: float) -> None:
    """Return when the relay has had many rows for so long: it is in the middle of its work."""
    assert isinstance(stage.below, Real)
    deadline = time.monotonic() + _PATIENCE_SECONDS
    with psycopg.connect(stage.below.urls["registry"], autocommit=True) as connection:
        while time.monotonic() < deadline:
            (waiting,) = connection.execute(_UNPUBLISHED_HERE).fetchone() or (0,)
            if waiting > _MANY:
                break
    time.sleep(seconds)


@contextmanager
def _cut_off(stage: Stage, workers: tuple[int, int]) -> Iterator[None]:
    """Hold the worker still that publishes, until the other one does, without its database."""
    assert isinstance(stage.below, Real)
    with psycopg.connect(stage.below.postgres.url, autocommit=True) as connection:

        def leaders() -> set[int]:
            return {port for (port,) in connection.execute(_LEADERS, [_LOCK])}

        leader = eventually(lambda: next((p for p in workers if leaders() & _ports_of(p)), 0))
        with held_still(leader):
            own = _ports_of(leader)
            connection.execute(_END, [list(own)])
            eventually(lambda: leaders() & _ports_of(sum(workers) - leader))
            yield


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

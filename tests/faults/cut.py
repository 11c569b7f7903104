"""A relay that is cut from its database in the middle of its work, and goes on afterwards.

It is held still, its connections are ended, the other worker takes the lock over and publishes
newer states; then it goes on with what it had in hand. What it says late must not be the end.
"""

from pathlib import Path

import psycopg

from tests.faults import files
from tests.faults.door import Door
from tests.faults.plan import Round
from tests.faults.real import Real
from tests.faults.stage import Stage, held_still
from tests.system.product import eventually

_TIMES = 4
_FILE = 400
_LEADERS = """SELECT activity.pid, activity.client_port FROM pg_locks locks
JOIN pg_stat_activity activity ON activity.pid = locks.pid
WHERE locks.locktype = 'advisory' AND activity.application_name = %s"""


def cut(stage: Stage, drawn: Round) -> None:
    """Do so some times, while the same customers are changed again and again."""
    assert isinstance(stage.below, Real)
    worker = f"{drawn.target}-worker"
    door = Door(stage.product.url)
    names = [f"cut-{drawn.number}-{one}" for one in range(_FILE)]
    with stage.second(worker) as second:
        for time_ in range(_TIMES):
            files.customers(door, stage.book, names, said=f"{time_}")
            eventually(lambda: _waiting(stage) > 0, seconds=30)
            _cut(stage, drawn.target, (stage.pid(worker), second.pid))
    door.close()


def _waiting(stage: Stage) -> int:
    return stage.below.number("registry", "SELECT count(*) FROM outbox WHERE published_at IS NULL")


def _cut(stage: Stage, service: str, workers: tuple[int, int]) -> None:
    below = stage.below
    assert isinstance(below, Real)
    with psycopg.connect(below.postgres.url, autocommit=True) as connection:
        name = f"patron-{service}"
        held = eventually(lambda: connection.execute(_LEADERS, [name]).fetchall())
        ports = {port for _, port in held}
        leader = next((pid for pid in workers if ports & _ports_of(pid)), workers[0])
        with held_still(leader):
            own = _ports_of(leader)
            for _, port in held:
                if port in own:
                    connection.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        " WHERE client_port = %s",
                        [port],
                    )
            eventually(
                lambda: {port for _, port in connection.execute(_LEADERS, [name])} - own, seconds=60
            )
            eventually(lambda: _waiting(stage) == 0, seconds=60)


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

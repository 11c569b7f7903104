"""What each fault does while the load runs; it is over when its function returns."""

import time
from collections.abc import Callable, Mapping

from tests.faults import events, worst
from tests.faults.cut import cut
from tests.faults.embedded import LOG, Embedded
from tests.faults.plan import Round
from tests.faults.real import Real
from tests.faults.stage import Stage

Fault = Callable[[Stage, Round], None]


def nothing(_stage: Stage, _drawn: Round) -> None:
    """Leave all in peace."""


def killed(stage: Stage, drawn: Round) -> None:
    """End a process with kill -9."""
    stage.kill(drawn.target)


def frozen(stage: Stage, drawn: Round) -> None:
    """Hold a process still for a while; it does not notice."""
    with stage.frozen(drawn.target):
        time.sleep(drawn.seconds)


def beside(stage: Stage, drawn: Round) -> None:
    """Have a second worker run beside the first; nothing else happens."""
    with stage.second(drawn.target):
        time.sleep(drawn.seconds)


def beside_killed(stage: Stage, drawn: Round) -> None:
    """Kill one of two workers of a service."""
    worker, _, which = drawn.target.partition("/")
    with stage.second(worker) as second:
        time.sleep(drawn.seconds / 2)
        if which == "first":
            stage.kill(worker)
        else:
            second.kill()
        time.sleep(drawn.seconds / 2)


def beside_frozen(stage: Stage, drawn: Round) -> None:
    """Hold one of two workers still until the other has long taken over, then let it go on."""
    with stage.second(drawn.target), stage.frozen(drawn.target):
        time.sleep(drawn.seconds + stage.below.session_seconds)


def database_locked(stage: Stage, drawn: Round) -> None:
    """Hold the write lock of a database's file, as a foreign program."""
    assert isinstance(stage.below, Embedded)
    with stage.below.locked(drawn.target):
        time.sleep(drawn.seconds)


def log_locked(stage: Stage, drawn: Round) -> None:
    """Hold the write lock of the log's file."""
    assert isinstance(stage.below, Embedded)
    with stage.below.locked(LOG):
        time.sleep(drawn.seconds)


def server_down(stage: Stage, drawn: Round) -> None:
    """End a server as the fault's name says, and start it again after a while."""
    assert isinstance(stage.below, Real)
    with stage.below.ended(drawn.fault):
        time.sleep(drawn.seconds)


FAULTS: Mapping[str, Fault] = {
    "nothing": nothing,
    "killed": killed,
    "frozen": frozen,
    "beside": beside,
    "beside-killed": beside_killed,
    "beside-frozen": beside_frozen,
    "database-locked": database_locked,
    "log-locked": log_locked,
    "disk-full": worst.disk_full,
    "behind": worst.behind,
    "migrated": worst.migrated,
    "told-again": events.told_again,
    "poison": events.poison,
    "cut": cut,
    "database-killed": server_down,
    "database-fast": server_down,
    "database-immediate": server_down,
    "broker-killed": server_down,
    "broker-stopped": server_down,
}

"""The faults: each function causes one while clients write, and returns when it is over."""

import time
from collections.abc import Callable, Mapping

from tests.faults import event_faults, long_faults
from tests.faults.connection_cut import connection_cut
from tests.faults.embedded import LOG, Embedded
from tests.faults.environment import Environment
from tests.faults.plan import Round
from tests.faults.real import Real
from tests.faults.restore import restore

Fault = Callable[[Environment, Round], None]


def nothing(_environment: Environment, _round: Round) -> None:
    """Cause no fault."""


def killed(environment: Environment, round_: Round) -> None:
    """Kill the process of the round's target with kill -9."""
    environment.kill(round_.target)


def frozen(environment: Environment, round_: Round) -> None:
    """Stop the process of the round's target for a while and continue it."""
    with environment.frozen(round_.target):
        time.sleep(round_.seconds)


def second_worker(environment: Environment, round_: Round) -> None:
    """Run a second worker beside the first for a while."""
    with environment.second_worker(round_.target):
        time.sleep(round_.seconds)


def second_worker_killed(environment: Environment, round_: Round) -> None:
    """Kill one of two workers of a service."""
    worker, _, which = round_.target.partition("/")
    with environment.second_worker(worker) as second:
        time.sleep(round_.seconds / 2)
        if which == "first":
            environment.kill(worker)
        else:
            second.kill()
        time.sleep(round_.seconds / 2)


def second_worker_frozen(environment: Environment, round_: Round) -> None:
    """Stop one of two workers until the other one has taken over its work, then continue it."""
    with environment.second_worker(round_.target), environment.frozen(round_.target):
        time.sleep(round_.seconds + environment.infrastructure.session_seconds)


def database_locked(environment: Environment, round_: Round) -> None:
    """Lock a database file for writing, as another program could."""
    assert isinstance(environment.infrastructure, Embedded)
    with environment.infrastructure.locked(round_.target):
        time.sleep(round_.seconds)


def log_locked(environment: Environment, round_: Round) -> None:
    """Lock the file of the event log for writing."""
    assert isinstance(environment.infrastructure, Embedded)
    with environment.infrastructure.locked(LOG):
        time.sleep(round_.seconds)


def server_down(environment: Environment, round_: Round) -> None:
    """End a server in the way that the fault's name says, and start it again after a while."""
    assert isinstance(environment.infrastructure, Real)
    with environment.infrastructure.ended(round_.fault):
        time.sleep(round_.seconds)


FAULTS: Mapping[str, Fault] = {
    "nothing": nothing,
    "killed": killed,
    "frozen": frozen,
    "second-worker": second_worker,
    "second-worker-killed": second_worker_killed,
    "second-worker-frozen": second_worker_frozen,
    "database-locked": database_locked,
    "log-locked": log_locked,
    "disk-full": long_faults.disk_full,
    "behind": long_faults.fall_behind,
    "migrated": long_faults.migrated,
    "repeated": event_faults.repeated,
    "poison": event_faults.poison,
    "restore": restore,
    "connection-cut": connection_cut,
    "database-killed": server_down,
    "database-fast": server_down,
    "database-immediate": server_down,
    "broker-killed": server_down,
    "broker-stopped": server_down,
}

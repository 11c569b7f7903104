"""The supervisor: it starts roles, restarts those that end, and ends all within seconds."""

import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Self

from deploy.local.server import tail
from deploy.local.supervise.child import GRACE_SECONDS, Child, Lifeline, Role
from deploy.local.supervise.signals import Signals

FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 5.0
SETTLED_SECONDS = 10.0
"""A child that ran this long is restarted after the shortest pause."""
POLL_SECONDS = 0.25


class RoleFailed(RuntimeError):
    """A role that must succeed failed; the message ends with the last lines of its log."""


class Stopped(Exception):
    """A signal to stop arrived while the supervisor waited."""


class Supervisor:
    """The children of one product, used in a `with` statement, which ends them all."""

    def __init__(self, signals: Signals) -> None:
        self._signals = signals
        self._lifeline = Lifeline()
        self._children: dict[str, Child] = {}
        self._run_once: list[Child] = []
        self._pauses: dict[str, float] = {}
        self._due: dict[str, tuple[float, Role]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop([*self._run_once, *self._children.values()])
        self._lifeline.close()

    def finish(self, roles: Sequence[Role]) -> None:
        """Run roles at the same time until all have ended; raise RoleFailed if one failed."""
        children = [Child(role, self._lifeline) for role in roles]
        try:
            while not all(child.ended() for child in children):
                if self._signals.wait(POLL_SECONDS):
                    raise Stopped
        finally:
            self._stop(children)
        for child in children:
            if child.status:
                raise RoleFailed(_failure(child))

    def start(self, roles: Sequence[Role]) -> None:
        """Start roles that are restarted whenever they end."""
        for role in roles:
            self._children[role.name] = Child(role, self._lifeline)

    def start_once(self, role: Role) -> Child:
        """Start a role that is not restarted, and is ended with the others."""
        child = Child(role, self._lifeline)
        self._run_once.append(child)
        return child

    def wait_and_restart(self) -> None:
        """Sleep POLL_SECONDS, then restart children that are due; raise Stopped at a signal."""
        if self._signals.wait(POLL_SECONDS):
            raise Stopped
        for child in list(self._children.values()):
            if child.ended():
                self._plan_restart(child)
        for name, (moment, role) in list(self._due.items()):
            if moment <= time.monotonic():
                del self._due[name]
                self.start([role])

    def _plan_restart(self, child: Child) -> None:
        """Restart a child later: each time it ends soon after its start, twice as late."""
        name = child.role.name
        del self._children[name]
        lived = time.monotonic() - child.started
        pause = FIRST_PAUSE_SECONDS
        if lived < SETTLED_SECONDS and name in self._pauses:
            pause = min(2 * self._pauses[name], LONGEST_PAUSE_SECONDS)
        self._pauses[name] = pause
        self._due[name] = time.monotonic() + pause, child.role
        print(f"{name} 已退出，将重启 ended ({_ending(child)}), starts again", flush=True)

    def _stop(self, children: Sequence[Child]) -> None:
        """Send SIGTERM to all; after GRACE_SECONDS or at two more signals, SIGKILL."""
        stops_before = self._signals.stops
        for child in children:
            child.send(signal.SIGTERM)
        deadline = time.monotonic() + GRACE_SECONDS
        while not all(child.ended() for child in children):
            self._signals.wait(POLL_SECONDS)
            if self._signals.stops > stops_before + 1 or time.monotonic() > deadline:
                for child in children:
                    child.send(signal.SIGKILL)


def _ending(child: Child) -> str:
    """Return how a child ended: the name of a signal, or its exit code."""
    status = child.status or 0
    if status < 0:
        with suppress(ValueError):
            return signal.Signals(-status).name
    return f"exit {status}"


def _failure(child: Child) -> str:
    """Return a message about a failed child with the end of its log."""
    log = child.role.log
    if log is None or not log.exists():
        return f"{child.role.name} 失败 failed ({_ending(child)})"
    return "\n    ".join(
        (f"{child.role.name} 失败 failed ({_ending(child)}). 日志 log {log}:", *tail(log))
    )

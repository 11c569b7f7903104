"""The supervisor of child processes: it starts, restarts and ends them."""

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
STABLE_SECONDS = 10.0
"""A child that ran this long before it ended is restarted after the shortest pause."""
POLL_SECONDS = 0.25


class RoleFailed(RuntimeError):
    """A command that must succeed failed; the message ends with the last lines of its log."""


class Stopped(Exception):
    """A signal to stop arrived while the supervisor waited."""


class Supervisor:
    """The child processes of one product; used in a `with` statement, which ends all of them.

    A role is the work of one child process. `_pauses` has, by the name of the role, the seconds
    before its last restart, and `_due` the time of its next restart.
    """

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
        """Run each role in a child process until all have ended; raise RoleFailed if one failed."""
        children = [Child(role, self._lifeline) for role in roles]
        try:
            while not all(child.ended() for child in children):
                if self._signals.wait(POLL_SECONDS):
                    raise Stopped
        finally:
            self._stop(children)
        for child in children:
            if child.status:
                raise RoleFailed(_failure_message(child))

    def start(self, roles: Sequence[Role]) -> None:
        """Start roles, each in a child process that is restarted whenever it ends."""
        for role in roles:
            self._children[role.name] = Child(role, self._lifeline)

    def start_once(self, role: Role) -> Child:
        """Start a role in a child process that is not restarted when it ends."""
        child = Child(role, self._lifeline)
        self._run_once.append(child)
        return child

    def wait_and_restart(self) -> None:
        """Sleep for POLL_SECONDS, then restart children that have ended, each after its pause.

        Raises Stopped if a signal to stop arrives.
        """
        if self._signals.wait(POLL_SECONDS):
            raise Stopped
        for child in list(self._children.values()):
            if child.ended():
                self._schedule_restart(child)
        for name, (moment, role) in list(self._due.items()):
            if moment <= time.monotonic():
                del self._due[name]
                self.start([role])

    def _schedule_restart(self, child: Child) -> None:
        """Schedule a restart; the pause doubles when a child ends soon after its last start."""
        name = child.role.name
        del self._children[name]
        seconds_run = time.monotonic() - child.started
        pause = FIRST_PAUSE_SECONDS
        if seconds_run < STABLE_SECONDS and name in self._pauses:
            pause = min(2 * self._pauses[name], LONGEST_PAUSE_SECONDS)
        self._pauses[name] = pause
        self._due[name] = time.monotonic() + pause, child.role
        print(f"{name} 已退出，将重启 ended ({_how_it_ended(child)}), starts again", flush=True)

    def _stop(self, children: Sequence[Child]) -> None:
        """Send SIGTERM to the children and wait until all have ended.

        Send SIGKILL after GRACE_SECONDS, or when two more signals to stop arrive.
        """
        stops_before = self._signals.stops
        for child in children:
            child.send(signal.SIGTERM)
        deadline = time.monotonic() + GRACE_SECONDS
        while not all(child.ended() for child in children):
            self._signals.wait(POLL_SECONDS)
            if self._signals.stops > stops_before + 1 or time.monotonic() > deadline:
                for child in children:
                    child.send(signal.SIGKILL)


def _how_it_ended(child: Child) -> str:
    """Return as text how a child ended: the name of the signal, or the exit code."""
    status = child.status or 0
    if status < 0:
        with suppress(ValueError):
            return signal.Signals(-status).name
    return f"exit {status}"


def _failure_message(child: Child) -> str:
    """Return a message that says how a child failed, with the last lines of its log."""
    log = child.role.log
    if log is None or not log.exists():
        return f"{child.role.name} 失败 failed ({_how_it_ended(child)})"
    return "\n    ".join(
        (f"{child.role.name} 失败 failed ({_how_it_ended(child)}). 日志 log {log}:", *tail(log))
    )

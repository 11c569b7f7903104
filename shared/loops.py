"""The loops of a worker process: threads with heartbeats that are started and stopped together."""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Event, Thread
from typing import ClassVar

from sqlalchemy.exc import SQLAlchemyError

from shared.database import is_outage
from shared.logging import logger
from shared.outages import LogUnavailable

_STALLED_SECONDS = 120.0
_OUTAGE_SECONDS = 1.0
_SECONDS_BETWEEN_LINES = 60.0
QUIET_SECONDS = 30.0
"""How long a loop must not fail until an outage is over, if it has not used what was away."""

log = logger(__name__)


@dataclass(slots=True)
class _Outage:
    """The failures of a loop since its work last succeeded, in seconds of the monotonic clock."""

    began_at: float
    failed_at: float = 0.0
    logged_at: float | None = None
    tries: int = 0


class Loop:
    """Work that a worker repeats until it is stopped.

    A loop calls `beat` regularly; a loop without a recent heartbeat ends the process. It calls
    `end_outage` whenever its work has succeeded.
    """

    name: str
    _last_beat: float = 0.0
    _outage: _Outage | None = None

    def run(self, stop: Event) -> None:
        """Work until `stop` is set, and call `beat` in every iteration."""
        raise NotImplementedError

    def beat(self) -> None:
        """Record a heartbeat."""
        self._last_beat = time.monotonic()

    @property
    def is_stalled(self) -> bool:
        """Whether the last heartbeat was more than two minutes ago."""
        return time.monotonic() - self._last_beat > _STALLED_SECONDS

    def wait_if_outage(self, error: Exception, stop: Event) -> None:
        """Wait a second if the error is an outage of the database or log; raise any other error."""
        if not (isinstance(error, LogUnavailable) or is_outage(error)):
            raise error
        self._record_failure(str(error).partition("\n")[0])
        self.beat()
        stop.wait(_OUTAGE_SECONDS)

    def _record_failure(self, reason: str) -> None:
        """Count a failure, and log why the loop waits: at the first failure, then once a minute."""
        now = time.monotonic()
        outage = self._outage = self._outage or _Outage(now)
        outage.failed_at = now
        outage.tries += 1
        if outage.logged_at is None or now - outage.logged_at >= _SECONDS_BETWEEN_LINES:
            outage.logged_at = now
            seconds = round(now - outage.began_at, 1)
            log.warning(
                "loop.waits", loop=self.name, tries=outage.tries, seconds=seconds, reason=reason
            )

    def end_outage(self, *, quiet_seconds: float = 0) -> None:
        """Record that the work of the loop has succeeded; if it was waiting, log that it continues.

        With `quiet_seconds` nothing is recorded if the loop has failed since that long ago: for
        work that has succeeded because there was nothing to do.
        """
        outage, now = self._outage, time.monotonic()
        if outage and now - outage.failed_at >= quiet_seconds:
            self._outage = None
            # A warning like loop.waits, so that both are logged at the same log levels.
            log.warning(
                "loop.continues",
                loop=self.name,
                tries=outage.tries,
                seconds=round(now - outage.began_at, 1),
            )

    @property
    def waiting_seconds(self) -> float:
        """For how many seconds the loop has been waiting for the database or the log; 0 if not."""
        outage = self._outage
        return time.monotonic() - outage.began_at if outage else 0.0


class PeriodicLoop(Loop):
    """Work that a worker does at once and then at long intervals; no other work waits for it."""

    every_seconds: ClassVar[float]

    def turn(self) -> None:
        """Do the work once."""
        raise NotImplementedError

    @property
    def is_stalled(self) -> bool:
        """Always False: this loop sleeps for a long time between two turns."""
        return False

    def run(self, stop: Event) -> None:
        """Call `turn` at once and then at intervals, until `stop` is set."""
        while not stop.is_set():
            try:
                self.turn()
            except SQLAlchemyError as error:
                self.wait_if_outage(error, stop)
            else:
                self.end_outage()
                stop.wait(self.every_seconds)


def run_all(loops: Sequence[Loop], stop: Event, *, drain_seconds: float) -> None:
    """Run each loop in a thread until `stop` is set, then wait up to `drain_seconds` for them.

    If a loop dies or stalls, the whole process exits with status 70, so that its supervisor
    restarts it. A worker that continued without one of its loops might not be noticed.
    """
    threads = [
        Thread(target=_run, args=(loop, stop), name=loop.name, daemon=True) for loop in loops
    ]
    for loop, thread in zip(loops, threads, strict=True):
        loop.beat()
        thread.start()
    while not stop.wait(1.0):
        for loop, thread in zip(loops, threads, strict=True):
            is_dead = loop.is_stalled or not thread.is_alive()
            if is_dead and not stop.is_set():  # a loop may end first when `stop` is set
                log.critical("loop.dead", loop=loop.name, stalled=loop.is_stalled)
                os._exit(70)
    deadline = time.monotonic() + drain_seconds
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))


def _run(loop: Loop, stop: Event) -> None:
    """Run a loop in the current thread; log an error that ends the loop."""
    try:
        loop.run(stop)
    except Exception:
        log.exception("loop.failed", loop=loop.name)
        raise

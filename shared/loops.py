"""The loops of a worker process: threads with heartbeats that are started and stopped together."""

import os
import time
from collections.abc import Sequence
from threading import Event, Thread
from typing import ClassVar

from sqlalchemy.exc import SQLAlchemyError

from shared.database import is_outage
from shared.logging import logger
from shared.outages import LogUnavailable

_STALLED_SECONDS = 120.0
_OUTAGE_SECONDS = 1.0

log = logger(__name__)


class Loop:
    """Work that a worker repeats until it is stopped.

    A loop calls `beat` regularly; a loop without a recent heartbeat ends the process.
    """

    name: str
    _last_beat: float = 0.0

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
        log.warning("loop.waits", loop=self.name, reason=str(error).partition("\n")[0])
        self.beat()
        stop.wait(_OUTAGE_SECONDS)


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

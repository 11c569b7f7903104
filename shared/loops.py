"""The loops of a worker: threads that show that they still turn, and end together."""

import os
import time
from collections.abc import Sequence
from threading import Event, Thread
from typing import ClassVar

from shared.database import is_outage
from shared.logging import logger
from shared.outages import LogUnavailable

_STALLED_SECONDS = 120.0
_OUTAGE_SECONDS = 1.0

log = logger(__name__)


class Loop:
    """Something a worker does until it is told to stop."""

    name: ClassVar[str]
    _beaten: float = 0.0

    def run(self, stop: Event) -> None:
        """Work until `stop` is set, calling `beat` at every turn."""
        raise NotImplementedError

    def beat(self) -> None:
        """Show that the loop still turns."""
        self._beaten = time.monotonic()

    @property
    def is_stalled(self) -> bool:
        """Tell whether the loop has not turned for too long."""
        return time.monotonic() - self._beaten > _STALLED_SECONDS

    def wait_if_outage(self, error: Exception, stop: Event) -> None:
        """Wait a moment where the database or the log is out of reach; raise anything else."""
        if not (isinstance(error, LogUnavailable) or is_outage(error)):
            raise error
        log.warning("loop.waits", loop=self.name, reason=str(error).partition("\n")[0])
        self.beat()
        stop.wait(_OUTAGE_SECONDS)


def run_all(loops: Sequence[Loop], stop: Event, *, drain_seconds: float) -> None:
    """Run the loops until `stop`; end the process if one dies or stalls: it is started anew."""
    threads = [
        Thread(target=_run, args=(loop, stop), name=loop.name, daemon=True) for loop in loops
    ]
    for loop, thread in zip(loops, threads, strict=True):
        loop.beat()
        thread.start()
    while not stop.wait(1.0):
        for loop, thread in zip(loops, threads, strict=True):
            if loop.is_stalled or not thread.is_alive():
                log.critical("loop.dead", loop=loop.name, stalled=loop.is_stalled)
                os._exit(70)
    deadline = time.monotonic() + drain_seconds
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))


def _run(loop: Loop, stop: Event) -> None:
    try:
        loop.run(stop)
    except Exception:
        log.exception("loop.failed", loop=loop.name)
        raise

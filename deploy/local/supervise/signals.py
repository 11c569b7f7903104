"""The signals that a supervisor waits for: requests to stop, and the end of a child process."""

import os
import select
import signal
from types import FrameType
from typing import Self

_STOP = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Signals:
    """Counts the signals to stop, and lets a supervisor sleep until the next signal.

    Used in a `with` statement, after which signals have their default effect again.
    """

    def __init__(self) -> None:
        self.stops = 0
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._writer, False)

    def __enter__(self) -> Self:
        signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)
        for number in _STOP:
            signal.signal(number, self._count_stop)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        return self

    def __exit__(self, *_: object) -> None:
        restore_defaults()
        os.close(self._reader)
        os.close(self._writer)

    def wait(self, seconds: float) -> bool:
        """Sleep until a signal arrives or `seconds` are over.

        Return whether any signal to stop has arrived so far.
        """
        if select.select([self._reader], [], [], seconds)[0]:
            os.read(self._reader, 4096)
        return self.stops > 0

    def _count_stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stops += 1


def restore_defaults() -> None:
    """Restore the default effect of the signals, as in a new child process."""
    signal.set_wakeup_fd(-1)
    for number in (*_STOP, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)

"""Signals as a supervisor meets them: it sleeps until one comes, and asks whether to stop."""

import os
import select
import signal
from types import FrameType
from typing import Self

_STOP = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Signals:
    """Counts requests to stop and wakes whoever waits; a child's end wakes too."""

    def __init__(self) -> None:
        self.stops = 0
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._writer, False)

    def __enter__(self) -> Self:
        signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)
        for number in _STOP:
            signal.signal(number, self._note)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        return self

    def __exit__(self, *_: object) -> None:
        forget()
        os.close(self._reader)
        os.close(self._writer)

    def wait(self, seconds: float) -> bool:
        """Sleep until a signal comes, at most so long; tell whether we are to stop."""
        if select.select([self._reader], [], [], seconds)[0]:
            os.read(self._reader, 4096)
        return self.stops > 0

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self.stops += 1


def forget() -> None:
    """Let every signal do what it does by default: a child starts so."""
    signal.set_wakeup_fd(-1)
    for number in (*_STOP, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)

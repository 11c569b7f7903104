"""A pause of all clients, during which no request of theirs is unanswered."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition


class Pause:
    """Lets clients finish the action that they have begun, and begin no other one meanwhile."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._active_clients = 0
        self._is_paused = False

    @property
    def is_requested(self) -> bool:
        """Whether clients may begin no action."""
        return self._is_paused

    @contextmanager
    def action(self) -> Iterator[None]:
        """Wait until there is no pause; no pause begins before the end of the `with` block."""
        with self._changed:
            self._changed.wait_for(lambda: not self._is_paused)
            self._active_clients += 1
        try:
            yield
        finally:
            with self._changed:
                self._active_clients -= 1
                self._changed.notify_all()

    @contextmanager
    def of_all_clients(self) -> Iterator[None]:
        """Pause all clients inside the `with` block, which begins when no client is active."""
        with self._changed:
            self._is_paused = True
            self._changed.wait_for(lambda: self._active_clients == 0)
        try:
            yield
        finally:
            with self._changed:
                self._is_paused = False
                self._changed.notify_all()

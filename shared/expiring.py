"""What was found out and is believed for a while."""

import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Expiring(Generic[Key, Value]):
    """Keeps values until their time; where it is full, the oldest makes room.

    A clock that was set back ends them too: nothing is believed before it was kept.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._kept: dict[Key, tuple[float, float, Value]] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: Key) -> Value | None:
        """Give what is kept; None where there is nothing, or its time is over."""
        found = self._kept.get(key)
        return found[2] if found and found[0] <= time.time() < found[1] else None

    def keep(self, key: Key, value: Value, *, until: float) -> None:
        """Keep a value up to this moment, in seconds since the epoch."""
        self._kept.pop(key, None)
        while len(self._kept) >= self._capacity:
            self._kept.pop(next(iter(self._kept)), None)
        self._kept[key] = time.time(), until, value

    def forget(self, is_meant: Callable[[Value], bool]) -> None:
        """Drop the values that are meant."""
        for key, (_, _, value) in list(self._kept.items()):
            if is_meant(value):
                self._kept.pop(key, None)

    def clear(self) -> None:
        """Drop everything."""
        self._kept.clear()

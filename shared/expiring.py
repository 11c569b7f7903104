"""A cache in memory whose values expire."""

import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class ExpiringCache(Generic[Key, Value]):
    """A cache of at most `capacity` values; a full cache drops the value that was set first.

    A value is valid from the moment it was set until its expiry. A system clock that is set back
    to before the first of these moments invalidates it too, so that no value outlives its expiry.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._entries: dict[Key, tuple[float, float, Value]] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: Key) -> Value | None:
        """Return the value of a key; None if there is none or it has expired."""
        entry = self._entries.get(key)
        return entry[2] if entry and entry[0] <= time.time() < entry[1] else None

    def set(self, key: Key, value: Value, *, until: float) -> None:
        """Store a value that expires at `until`, in seconds since the epoch."""
        self._entries.pop(key, None)
        while len(self._entries) >= self._capacity:
            self._entries.pop(next(iter(self._entries)), None)
        self._entries[key] = time.time(), until, value

    def remove_where(self, matches: Callable[[Value], bool]) -> None:
        """Remove the values for which `matches` is true."""
        for key, (_, _, value) in list(self._entries.items()):
            if matches(value):
                self._entries.pop(key, None)

    def clear(self) -> None:
        """Remove every value."""
        self._entries.clear()

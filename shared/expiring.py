"""A cache in memory whose values expire."""

import time
from collections.abc import Callable, Hashable
from typing import Generic, NamedTuple, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class _Entry(NamedTuple, Generic[Value]):
    """A value, and the times (seconds since the epoch) between which it is valid."""

    set_at: float
    expires_at: float
    value: Value


class ExpiringCache(Generic[Key, Value]):
    """A cache of at most `capacity` values; a full cache drops the value that was set first.

    A value is valid from the time at which it was set until its expiry. A value is also invalid
    while the system clock shows an earlier time: a clock that is set back must not prolong its
    validity.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._entries: dict[Key, _Entry[Value]] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: Key) -> Value | None:
        """Return the value of a key; None if there is none or it has expired."""
        entry = self._entries.get(key)
        if entry is None or not entry.set_at <= time.time() < entry.expires_at:
            return None
        return entry.value

    def set(self, key: Key, value: Value, *, until: float) -> None:
        """Store a value that expires at `until`, in seconds since the epoch."""
        self._entries.pop(key, None)
        while len(self._entries) >= self._capacity:
            self._entries.pop(next(iter(self._entries)), None)
        self._entries[key] = _Entry(time.time(), until, value)

    def remove_where(self, matches: Callable[[Value], bool]) -> None:
        """Remove the values for which `matches` is true."""
        for key, entry in list(self._entries.items()):
            if matches(entry.value):
                self._entries.pop(key, None)

    def clear(self) -> None:
        """Remove every value."""
        self._entries.clear()

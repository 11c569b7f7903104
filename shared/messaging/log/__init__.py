"""The log that carries events: one small protocol, two implementations.

Partitions by key, order within a partition, an offset per group, delivery at least once.
"""

from collections.abc import Iterator, Sequence
from typing import Protocol

from shared.messaging.envelope import ReceivedRecord, Record

PARTITIONS = 6
"""Of every topic, on both logs."""


class Subscription(Protocol):
    """The reading side of one member of a group."""

    def poll(self, *, seconds: float, most: int) -> list[ReceivedRecord]:
        """Wait up to `seconds` for records and give at most `most`, in order per partition."""
        ...

    def commit(self, received: Sequence[ReceivedRecord]) -> None:
        """Note for the group that these have had their effect."""
        ...

    def lag(self) -> int:
        """Count the records that the group has not read yet."""
        ...

    def close(self) -> None:
        """Leave the group."""
        ...


class Log(Protocol):
    """The writing side, and the way to read."""

    def append(self, records: Sequence[Record]) -> None:
        """Write all, each acknowledged, or raise LogUnavailable (some may have been written)."""
        ...

    def subscribe(self, *, group: str, topics: Sequence[str]) -> Subscription:
        """Join a group that shares the reading of topics, from the earliest record on."""
        ...

    def history(self, topic: str) -> Iterator[ReceivedRecord]:
        """Give what a topic holds at this moment, in order per partition, to no group."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...

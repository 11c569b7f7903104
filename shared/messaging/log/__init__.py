"""The log that carries events between services: one protocol, on Kafka and on an SQLite file.

The key of a record decides its partition. Records of a partition stay in order, each group of
readers has an offset per partition, and delivery is at least once.
"""

from collections.abc import Iterator, Sequence
from typing import Protocol

from shared.messaging.envelope import ReceivedRecord, Record

PARTITIONS = 6
"""The number of partitions of every topic, on both logs."""


class Subscription(Protocol):
    """A reader: one member of a group, which shares the partitions with the other members."""

    def poll(self, *, seconds: float, max_records: int) -> list[ReceivedRecord]:
        """Wait up to `seconds` and return at most `max_records` records, in order per partition."""
        ...

    def commit(self, received: Sequence[ReceivedRecord]) -> None:
        """Store the offsets after these records: the group need not read them again."""
        ...

    def lag(self) -> int:
        """Return the number of records that the group has not read yet."""
        ...

    def close(self) -> None:
        """Leave the group."""
        ...


class Log(Protocol):
    """A connection to the log, to write and to read."""

    def append(self, records: Sequence[Record]) -> None:
        """Write records and return once all are acknowledged.

        Raises LogUnavailable if they are not; some of them may be in the log all the same.
        """
        ...

    def subscribe(self, *, group: str, topics: Sequence[str]) -> Subscription:
        """Join a group that reads these topics from its offsets on, at first from the beginning."""
        ...

    def history(self, topic: str) -> Iterator[ReceivedRecord]:
        """Yield the records of a topic up to its present end, in order per partition.

        This reads as no group's member and changes no offsets.
        """
        ...

    def close(self) -> None:
        """Close the connection."""
        ...

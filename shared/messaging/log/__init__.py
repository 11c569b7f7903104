"""The log that carries events between services: one protocol, on Kafka and on an SQLite file.

The key of a record decides its partition. Records of a partition stay in order, each group of
readers has an offset per partition, and delivery is at least once.
"""

from collections.abc import Iterator, Sequence
from typing import Protocol

from shared.messaging.envelope import ReceivedRecord, Record

PARTITIONS = 6
"""The number of partitions of every topic, on both logs."""


class GroupIsReading(Exception):
    """A group of readers has members, so its offsets must not be changed."""


class Subscription(Protocol):
    """A reader of the log: a member of a group, whose members share the partitions."""

    def poll(self, *, seconds: float, max_records: int) -> list[ReceivedRecord]:
        """Wait up to `seconds` and return at most `max_records` records, in order per partition."""
        ...

    def commit(self, received: Sequence[ReceivedRecord]) -> None:
        """Store in the log that the group has read its partitions up to these records."""
        ...

    def lag(self) -> int:
        """Return the number of unread records in the partitions that this member reads."""
        ...

    def close(self) -> None:
        """Leave the group."""
        ...


class Log(Protocol):
    """A connection to the log, for writing and reading."""

    def append(self, records: Sequence[Record]) -> None:
        """Write records and return once the log has acknowledged all of them.

        Raises LogUnavailable if it does not; some of the records may be in the log all the same.
        """
        ...

    def subscribe(self, *, group: str, topics: Sequence[str]) -> Subscription:
        """Join a group of readers of these topics.

        A group continues after the offsets that it has committed; a new group begins with the first
        record.
        """
        ...

    def forget_offsets(self, group: str) -> bool:
        """Let a group of readers begin with the first record again; return whether it has read.

        Raises GroupIsReading if the group has a member.
        """
        ...

    def history(self, topic: str) -> Iterator[ReceivedRecord]:
        """Yield the records of a topic up to its present end, in order per partition.

        The reader joins no group, and no offsets change.
        """
        ...

    def close(self) -> None:
        """Close the connection."""
        ...

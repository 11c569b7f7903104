"""The log on Apache Kafka."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from threading import Lock
from typing import Any

import crc32c  # noqa: F401  without it kafka-python computes checksums in Python: 0.2 ms per record
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
from kafka.errors import (
    CommitFailedError,
    CoordinatorNotAvailableError,
    GroupIdNotFoundError,
    KafkaError,
    NonEmptyGroupError,
    RebalanceInProgressError,
)
from kafka.structs import OffsetAndMetadata

from shared.messaging.envelope import ReceivedRecord, Record
from shared.messaging.log import GroupIsReading
from shared.outages import LogUnavailable

_ACKNOWLEDGE_SECONDS = 20
_SHORT_TIMEOUT_MS = 3_000
_COORDINATOR_SECONDS = 20
_COORDINATOR_PAUSE_SECONDS = 0.5
MAX_RECORD_BYTES = 4 * 1024 * 1024
"""The maximum size of a record, for the producer and as a config of the topics. An order of 2 000
lines may take 1 MiB."""


class KafkaLog:
    """The log on a Kafka cluster; the producer connects at the first append.

    The threads of a worker share this object. A lock lets only one thread append at a time, because
    a failed append closes the producer.
    """

    def __init__(self, bootstrap: str, *, client: str) -> None:
        self._bootstrap = bootstrap.split(",")
        self._client = client
        self._producer: KafkaProducer | None = None
        self._lock = Lock()

    def append(self, records: Sequence[Record]) -> None:
        """Send records and wait until the cluster has acknowledged each with its offset."""
        with self._lock:
            try:
                with translated_errors():
                    self._append(records)
            except LogUnavailable:
                self.close()
                raise

    def _append(self, records: Sequence[Record]) -> None:
        """Send records and wait for their acknowledgements."""
        producer = self._connected_producer()
        sent = [self._send(producer, record) for record in records]
        producer.flush(timeout=_ACKNOWLEDGE_SECONDS)
        if any(future.get(timeout=_ACKNOWLEDGE_SECONDS).offset < 0 for future in sent):
            raise LogUnavailable("a record was acknowledged without an offset")

    def subscribe(self, *, group: str, topics: Sequence[str]) -> "KafkaSubscription":
        """Join a consumer group that reads these topics."""
        with translated_errors():
            return KafkaSubscription(self._bootstrap, self._client, group, topics)

    def forget_offsets(self, group: str) -> bool:
        """Delete the group with its offsets; return whether the group existed."""
        with translated_errors():
            admin = KafkaAdminClient(bootstrap_servers=self._bootstrap, client_id=self._client)
            try:
                result = _delete_group(admin, group)
            finally:
                admin.close()
        if result == NonEmptyGroupError.__name__:
            raise GroupIsReading(group)
        if result not in {"OK", GroupIdNotFoundError.__name__}:
            raise LogUnavailable(result)
        return result == "OK"

    def history(self, topic: str) -> Iterator[ReceivedRecord]:
        """Yield the records of a topic from its beginning to its present end."""
        with translated_errors(), self._reader() as reader:
            parts = reader.partitions_for_topic(topic)
            if not parts:
                return
            partitions = [TopicPartition(topic, part) for part in sorted(parts)]
            reader.assign(partitions)
            reader.seek_to_beginning(*partitions)
            ends = reader.end_offsets(partitions)
            while any(reader.position(partition) < end for partition, end in ends.items()):
                yield from _flattened(reader.poll(timeout_ms=1000))

    @contextmanager
    def _reader(self) -> Iterator[KafkaConsumer]:
        """Yield a consumer that belongs to no group, and close it afterwards."""
        reader = KafkaConsumer(
            bootstrap_servers=self._bootstrap,
            client_id=self._client,
            bootstrap_timeout_ms=_SHORT_TIMEOUT_MS,
            allow_auto_create_topics=False,
        )
        try:
            yield reader
        finally:
            reader.close(autocommit=False)

    def close(self) -> None:
        """Close the producer; the next append creates a new one."""
        producer, self._producer = self._producer, None
        if producer:
            producer.close(timeout=1)

    def _connected_producer(self) -> KafkaProducer:
        """Return the producer; create it if there is none."""
        if self._producer is None:
            self._producer = KafkaProducer(
                bootstrap_servers=self._bootstrap,
                client_id=self._client,
                enable_idempotence=True,
                acks="all",
                linger_ms=2,
                batch_size=256 * 1024,
                max_request_size=MAX_RECORD_BYTES,
                delivery_timeout_ms=_ACKNOWLEDGE_SECONDS * 1000,
                request_timeout_ms=10_000,
                max_block_ms=5_000,
                bootstrap_timeout_ms=_SHORT_TIMEOUT_MS,
                reconnect_backoff_max_ms=1_000,
                allow_auto_create_topics=False,
            )
        return self._producer

    @staticmethod
    def _send(producer: KafkaProducer, record: Record) -> Any:
        """Send a record and return the future of its acknowledgement."""
        return producer.send(
            record.topic,
            key=record.key.encode(),
            value=record.value,
            headers=[(name, text.encode()) for name, text in record.headers.items()],
        )


class KafkaSubscription:
    """A member of a consumer group; offsets are committed explicitly, after events are applied."""

    def __init__(
        self, bootstrap: Sequence[str], client: str, group: str, topics: Sequence[str]
    ) -> None:
        self._consumer = KafkaConsumer(
            bootstrap_servers=bootstrap,
            client_id=client,
            group_id=group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            partition_assignment_strategy=[CooperativeStickyAssignor],
            max_partition_fetch_bytes=2 * 1024 * 1024,
            session_timeout_ms=15_000,
            request_timeout_ms=20_000,
            metadata_max_age_ms=10_000,  # a topic may be created after the subscription
            reconnect_backoff_max_ms=1_000,
            bootstrap_timeout_ms=_SHORT_TIMEOUT_MS,
            allow_auto_create_topics=False,
        )
        self._consumer.subscribe(topics=list(topics))

    def poll(self, *, seconds: float, max_records: int) -> list[ReceivedRecord]:
        """Wait up to `seconds` for records of the partitions that are assigned to this member."""
        with translated_errors():
            self._finish_rejoining()
            polled = self._consumer.poll(timeout_ms=int(seconds * 1000), max_records=max_records)
        return list(_flattened(polled))

    def _finish_rejoining(self) -> None:
        """Continue to rejoin the group, if this was not finished when the last poll ended.

        kafka-python 3.0.12 does not continue by itself if the rejoin was caused by new metadata.
        The member would then never be assigned a partition again, without any error
        (docs/decisions/0007).
        """
        coordinator = self._consumer._coordinator  # noqa: SLF001  there is no public way
        if coordinator.rejoining:
            coordinator.request_rejoin()

    def commit(self, received: Sequence[ReceivedRecord]) -> None:
        """Commit the offsets after these records.

        A commit that fails because of a rebalance is ignored: the records are then read again, by
        this or another member, and the inbox prevents a second effect.
        """
        ends = {
            TopicPartition(item.record.topic, item.partition): OffsetAndMetadata(
                item.offset + 1, "", -1
            )
            for item in received
        }
        with translated_errors(), suppress(CommitFailedError, RebalanceInProgressError):
            self._consumer.commit(ends)

    def lag(self) -> int:
        """Return the number of records not read yet in the partitions assigned to this member."""
        with translated_errors():
            assigned = list(self._consumer.assignment())
            ends = self._consumer.end_offsets(assigned, _SHORT_TIMEOUT_MS) if assigned else {}
            return sum(end - (self._offset(partition) or 0) for partition, end in ends.items())

    def _offset(self, partition: TopicPartition) -> int | None:
        """Return the offset of the next record to read in a partition; None if unknown."""
        offset: int | None = self._consumer.position(partition, _SHORT_TIMEOUT_MS)
        return offset

    def close(self) -> None:
        """Leave the group.

        If the cluster is out of reach, it removes this member after the session timeout.
        """
        with suppress(KafkaError):
            self._consumer.close(autocommit=False, timeout_ms=_SHORT_TIMEOUT_MS)


def _delete_group(admin: KafkaAdminClient, group: str) -> str:
    """Delete a group and return the result; wait while a new cluster creates the topic of groups.

    The first request about a group makes the cluster create this topic.
    """
    deadline = time.monotonic() + _COORDINATOR_SECONDS
    while True:
        try:
            return str(admin.delete_groups([group])[group])
        except CoordinatorNotAvailableError:
            if time.monotonic() > deadline:
                raise
        time.sleep(_COORDINATOR_PAUSE_SECONDS)  # noqa: TID251  polls until a deadline


@contextmanager
def translated_errors() -> Iterator[None]:
    """Turn errors of Kafka inside the `with` block into LogUnavailable."""
    try:
        yield
    except KafkaError as error:
        raise LogUnavailable(repr(error)) from error


def _flattened(polled: Mapping[TopicPartition, Sequence[Any]]) -> Iterator[ReceivedRecord]:
    """Yield the records of a poll, partition by partition."""
    return (_received(message) for messages in polled.values() for message in messages)


def _received(message: Any) -> ReceivedRecord:
    """Return the record that a message of kafka-python contains."""
    headers = {name: (value or b"").decode(errors="replace") for name, value in message.headers}
    key = (message.key or b"").decode(errors="replace")
    return ReceivedRecord(
        Record(message.topic, key, message.value, headers), message.partition, message.offset
    )

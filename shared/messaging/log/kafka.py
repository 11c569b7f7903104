"""The log on Apache Kafka."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from threading import Lock
from typing import Any

import crc32c  # noqa: F401  without it kafka-python checks records in Python: 0.2 ms each
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
from kafka.errors import CommitFailedError, KafkaError, RebalanceInProgressError
from kafka.structs import OffsetAndMetadata

from shared.messaging.envelope import ReceivedRecord, Record
from shared.outages import LogUnavailable

_ANSWER_SECONDS = 20
_QUICK_MS = 3_000
MAX_RECORD_BYTES = 4 * 1024 * 1024
"""Bytes; the topics allow it too. An order of 2 000 lines may take 1 MiB."""


class KafkaLog:
    """The log of a Kafka cluster; the producer connects when first needed.

    One append at a time: the threads of a worker share it, and a failure drops the producer.
    """

    def __init__(self, bootstrap: str, *, client: str) -> None:
        self._bootstrap = bootstrap.split(",")
        self._client = client
        self._producer: KafkaProducer | None = None
        self._lock = Lock()

    def append(self, records: Sequence[Record]) -> None:
        """Send all and wait until every one has its offset."""
        with self._lock:
            try:
                with _explained():
                    self._append(records)
            except LogUnavailable:
                self.close()
                raise

    def _append(self, records: Sequence[Record]) -> None:
        producer = self._connected()
        sent = [self._send(producer, record) for record in records]
        producer.flush(timeout=_ANSWER_SECONDS)
        if any(future.get(timeout=_ANSWER_SECONDS).offset < 0 for future in sent):
            raise LogUnavailable("a record was acknowledged without an offset")

    def subscribe(self, *, group: str, topics: Sequence[str]) -> "KafkaSubscription":
        """Join a consumer group."""
        with _explained():
            return KafkaSubscription(self._bootstrap, self._client, group, topics)

    def history(self, topic: str) -> Iterator[ReceivedRecord]:
        """Read a topic from its beginning to its present end."""
        with _explained(), self._reader() as reader:
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
        reader = KafkaConsumer(
            bootstrap_servers=self._bootstrap,
            client_id=self._client,
            bootstrap_timeout_ms=_QUICK_MS,
            allow_auto_create_topics=False,
        )
        try:
            yield reader
        finally:
            reader.close(autocommit=False)

    def close(self) -> None:
        """Drop the producer; the next append makes a new one."""
        producer, self._producer = self._producer, None
        if producer:
            producer.close(timeout=1)

    def _connected(self) -> KafkaProducer:
        if self._producer is None:
            self._producer = KafkaProducer(
                bootstrap_servers=self._bootstrap,
                client_id=self._client,
                enable_idempotence=True,
                acks="all",
                linger_ms=2,
                batch_size=256 * 1024,
                max_request_size=MAX_RECORD_BYTES,
                delivery_timeout_ms=_ANSWER_SECONDS * 1000,
                request_timeout_ms=10_000,
                max_block_ms=5_000,
                bootstrap_timeout_ms=_QUICK_MS,
                reconnect_backoff_max_ms=1_000,
                allow_auto_create_topics=False,
            )
        return self._producer

    @staticmethod
    def _send(producer: KafkaProducer, record: Record) -> Any:
        return producer.send(
            record.topic,
            key=record.key.encode(),
            value=record.value,
            headers=[(name, text.encode()) for name, text in record.headers.items()],
        )


class KafkaSubscription:
    """One member of a consumer group; offsets are committed by hand, after the effect."""

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
            metadata_max_age_ms=10_000,  # a topic may be made after we have subscribed to it
            reconnect_backoff_max_ms=1_000,
            bootstrap_timeout_ms=_QUICK_MS,
            allow_auto_create_topics=False,
        )
        self._consumer.subscribe(topics=list(topics))

    def poll(self, *, seconds: float, most: int) -> list[ReceivedRecord]:
        """Wait for records of the partitions that this member holds."""
        with _explained():
            self._finish_rejoining()
            polled = self._consumer.poll(timeout_ms=int(seconds * 1000), max_records=most)
        return list(_flattened(polled))

    def _finish_rejoining(self) -> None:
        """Have a rejoin that outlasted its poll finished by the next one.

        kafka-python 3.0.12 forgets it where metadata had asked for it, and the member then holds no
        partition, silently and for ever (docs/decisions/0007).
        """
        coordinator = self._consumer._coordinator  # noqa: SLF001  nothing public tells
        if coordinator.rejoining:
            coordinator.request_rejoin()

    def commit(self, received: Sequence[ReceivedRecord]) -> None:
        """Commit the positions after these; after a rebalance the inbox covers repeats."""
        ends = {
            TopicPartition(item.record.topic, item.partition): OffsetAndMetadata(
                item.offset + 1, "", -1
            )
            for item in received
        }
        with _explained(), suppress(CommitFailedError, RebalanceInProgressError):
            self._consumer.commit(ends)

    def lag(self) -> int:
        """Count the records beyond our positions in the partitions that we hold."""
        with _explained():
            held = list(self._consumer.assignment())
            ends = self._consumer.end_offsets(held, _QUICK_MS) if held else {}
            return sum(end - (self._position(place) or 0) for place, end in ends.items())

    def _position(self, place: TopicPartition) -> int | None:
        position: int | None = self._consumer.position(place, _QUICK_MS)
        return position

    def close(self) -> None:
        """Leave the group; where the cluster cannot be told, it will notice."""
        with suppress(KafkaError):
            self._consumer.close(autocommit=False, timeout_ms=_QUICK_MS)


@contextmanager
def _explained() -> Iterator[None]:
    """Say of Kafka's errors what they mean to users of a log."""
    try:
        yield
    except KafkaError as error:
        raise LogUnavailable(repr(error)) from error


def _flattened(polled: Mapping[TopicPartition, Sequence[Any]]) -> Iterator[ReceivedRecord]:
    return (_received(message) for messages in polled.values() for message in messages)


def _received(message: Any) -> ReceivedRecord:
    headers = {name: (value or b"").decode(errors="replace") for name, value in message.headers}
    key = (message.key or b"").decode(errors="replace")
    return ReceivedRecord(
        Record(message.topic, key, message.value, headers), message.partition, message.offset
    )

"""The log on Apache Kafka."""

from collections.abc import Sequence
from typing import Any

import crc32c  # noqa: F401  without it kafka-python checks records in Python: 0.2 ms each
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
from kafka.errors import CommitFailedError, KafkaError, RebalanceInProgressError
from kafka.structs import OffsetAndMetadata

from shared.messaging.envelope import Received, Record
from shared.messaging.log import LogUnavailable

_ANSWER_SECONDS = 20


class KafkaLog:
    """The log of a Kafka cluster; the producer connects when first needed."""

    def __init__(self, bootstrap: str, *, client: str) -> None:
        self._bootstrap = bootstrap.split(",")
        self._client = client
        self._producer: KafkaProducer | None = None

    def append(self, records: Sequence[Record]) -> None:
        """Send all and wait until every one has its offset."""
        try:
            producer = self._connected()
            sent = [self._send(producer, record) for record in records]
            producer.flush(timeout=_ANSWER_SECONDS)
            if any(future.get(timeout=_ANSWER_SECONDS).offset < 0 for future in sent):
                raise LogUnavailable("a record was acknowledged without an offset")
        except KafkaError as error:
            self.close()
            raise LogUnavailable(repr(error)) from error

    def subscribe(self, *, group: str, topics: Sequence[str]) -> "KafkaSubscription":
        """Join a consumer group."""
        try:
            return KafkaSubscription(self._bootstrap, self._client, group, topics)
        except KafkaError as error:
            raise LogUnavailable(repr(error)) from error

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
                delivery_timeout_ms=_ANSWER_SECONDS * 1000,
                request_timeout_ms=10_000,
                max_block_ms=5_000,
                bootstrap_timeout_ms=5_000,
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
            reconnect_backoff_max_ms=1_000,
            bootstrap_timeout_ms=5_000,
            allow_auto_create_topics=False,
        )
        self._consumer.subscribe(topics=list(topics))

    def poll(self, *, seconds: float, most: int) -> list[Received]:
        """Wait for records of the partitions that this member holds."""
        try:
            polled = self._consumer.poll(timeout_ms=int(seconds * 1000), max_records=most)
        except KafkaError as error:
            raise LogUnavailable(repr(error)) from error
        return [_received(message) for messages in polled.values() for message in messages]

    def commit(self, received: Sequence[Received]) -> None:
        """Commit the positions after these; after a rebalance the inbox covers repeats."""
        ends = {
            TopicPartition(item.record.topic, item.partition): OffsetAndMetadata(
                item.offset + 1, "", -1
            )
            for item in received
        }
        try:
            self._consumer.commit(ends)
        except (CommitFailedError, RebalanceInProgressError):
            return
        except KafkaError as error:
            raise LogUnavailable(repr(error)) from error

    def lag(self) -> int:
        """Count the records beyond our positions in the partitions that we hold."""
        return sum(
            max(0, (self._consumer.highwater(partition) or 0) - self._consumer.position(partition))
            for partition in self._consumer.assignment()
        )

    def close(self) -> None:
        """Leave the group."""
        self._consumer.close(autocommit=False)


def _received(message: Any) -> Received:
    headers = {name: (value or b"").decode(errors="replace") for name, value in message.headers}
    key = (message.key or b"").decode(errors="replace")
    return Received(
        Record(message.topic, key, message.value, headers), message.partition, message.offset
    )

"""Read the topics of a Kafka broker with kafka-python and JSON, without the product's code."""

import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any

from kafka import KafkaConsumer, TopicPartition

POLL_MS = 500


def sizes(bootstrap: str) -> dict[str, int]:
    """Return the number of records written to each topic, including compacted records."""
    with closing(KafkaConsumer(bootstrap_servers=bootstrap)) as consumer:
        names = sorted(name for name in consumer.topics() if name.startswith("patron."))
        return {name: sum(_ends(consumer, name).values()) for name in names}


def events(bootstrap: str, topic: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the type and the payload of every event of a topic."""
    with closing(
        KafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    ) as reader:
        ends = _ends(reader, topic)
        reader.assign(list(ends))
        while any(reader.position(partition) < end for partition, end in ends.items()):
            for records in reader.poll(POLL_MS).values():
                for record in records:
                    yield dict(record.headers)["ce_type"].decode(), json.loads(record.value)


def _ends(consumer: Any, topic: str) -> dict[Any, int]:
    """Return the offset after the last record of each partition of a topic."""
    partitions = [
        TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or ()
    ]
    ends: dict[Any, int] = consumer.end_offsets(partitions)
    return ends

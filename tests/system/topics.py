"""Topics of a broker as a program reads them that is not ours: kafka-python and JSON."""

import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any

from kafka import KafkaConsumer, TopicPartition

POLL_MS = 500


def sizes(bootstrap: str) -> dict[str, int]:
    """Count the records that each topic of ours has taken, whatever was compacted since."""
    with closing(KafkaConsumer(bootstrap_servers=bootstrap)) as consumer:
        names = sorted(name for name in consumer.topics() if name.startswith("patron."))
        return {name: sum(_ends(consumer, name).values()) for name in names}


def told(bootstrap: str, topic: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give every event of a topic: its type and what it says."""
    with closing(
        KafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    ) as reader:
        ends = _ends(reader, topic)
        reader.assign(list(ends))
        while any(reader.position(part) < end for part, end in ends.items()):
            for records in reader.poll(POLL_MS).values():
                for record in records:
                    yield dict(record.headers)["ce_type"].decode(), json.loads(record.value)


def _ends(consumer: Any, topic: str) -> dict[Any, int]:
    parts = [TopicPartition(topic, at) for at in consumer.partitions_for_topic(topic) or ()]
    ends: dict[Any, int] = consumer.end_offsets(parts)
    return ends

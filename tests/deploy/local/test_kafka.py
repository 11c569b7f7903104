"""Tests of the local Kafka server, with our client library and with the program kcat."""

import subprocess
from collections.abc import Callable, Iterator

import pytest
from kafka import KafkaConsumer, KafkaProducer
from kafka.admin import KafkaAdminClient, NewTopic
from kafka.errors import KafkaError

from deploy.local.kafka import Kafka


@pytest.fixture(scope="module")
def broker(kafka_bootstrap: str) -> Iterator[Kafka]:  # noqa: ARG001 - real stack only
    """Run a Kafka server of its own for the tests of this module."""
    with Kafka() as server:
        yield server


def create_topic(server: Kafka, name: str) -> None:
    client = KafkaAdminClient(bootstrap_servers=server.bootstrap)
    client.create_topics([NewTopic(name, 1, 1)])
    client.close()


def produce(server: Kafka, topic: str, value: bytes) -> int:
    """Write one record to a topic and return its offset."""
    producer = KafkaProducer(
        bootstrap_servers=server.bootstrap, acks="all", enable_idempotence=True, max_block_ms=1000
    )
    try:
        return int(producer.send(topic, value).get(10).offset)
    finally:
        producer.close()


def consume(server: Kafka, topic: str) -> bytes:
    """Return the first record of a topic."""
    consumer = KafkaConsumer(
        topic, bootstrap_servers=server.bootstrap, auto_offset_reset="earliest"
    )
    try:
        return bytes(next(consumer).value)
    finally:
        consumer.close()


def test_a_record_is_read_by_our_client_and_by_kcat(
    broker: Kafka, program: Callable[[str], str]
) -> None:
    create_topic(broker, "read-by-others")
    assert produce(broker, "read-by-others", b"hello") == 0
    assert consume(broker, "read-by-others") == b"hello"
    command = [program("kcat"), "-b", broker.bootstrap, "-C", "-t", "read-by-others", "-e", "-q"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
    assert done.stdout == "hello\n"


def test_writing_to_a_topic_that_was_not_created_is_refused(broker: Kafka) -> None:
    with pytest.raises(KafkaError):
        produce(broker, "never-created", b"lost")


def test_records_are_still_there_after_a_restart(broker: Kafka) -> None:
    create_topic(broker, "stored")
    produce(broker, "stored", b"still here")
    broker.stop()
    broker.start()
    assert consume(broker, "stored") == b"still here"

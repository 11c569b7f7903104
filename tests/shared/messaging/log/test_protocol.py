"""Tests of the interface `Log`, on Kafka and on the embedded log alike."""

import secrets
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Event

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.messaging.envelope import ReceivedRecord
from shared.messaging.log import GroupIsReading, Log, Subscription
from shared.messaging.log.embedded import EmbeddedLog
from shared.messaging.log.kafka import MAX_RECORD_BYTES
from shared.outages import LogUnavailable
from tests.shared.backend import Backend, text_record, values_by_key, wait_until

REBALANCE_SECONDS = 60
"""Within this time the members of a group have divided the partitions, even on a busy machine."""


def read(subscription: Subscription, count: int, max_records: int = 500) -> list[ReceivedRecord]:
    """Poll until `count` records were read, and return them; their offsets are not committed."""
    received: list[ReceivedRecord] = []

    def has_enough() -> bool:
        received.extend(subscription.poll(seconds=0.1, max_records=max_records))
        return len(received) >= count

    wait_until(has_enough)
    return received


def values(received: list[ReceivedRecord]) -> list[bytes]:
    """Return the values of records, sorted."""
    return sorted(item.record.value or b"" for item in received)


def append(backend: Backend, *texts: str, key: str = "a") -> None:
    """Append a record for each text, all with the same key."""
    backend.log.append([text_record(backend.topic, key, text) for text in texts])


def test_a_record_arrives_as_it_was_written(backend: Backend) -> None:
    written = text_record(backend.topic, "键", "值", ce_id="1", note="中文")
    backend.log.append([written])
    subscription = backend.log.subscribe(group=backend.unique, topics=[backend.topic])
    assert [item.record for item in read(subscription, 1)] == [written]
    subscription.close()


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.lists(st.tuples(st.integers(0, 2), st.lists(st.integers(0, 3), min_size=1))))
def test_records_of_a_key_stay_in_order_whatever_the_writers_and_batches(
    backend: Backend, data: list[tuple[int, list[int]]]
) -> None:
    """Three writers append batches of any size; each batch is (number of the writer, keys)."""
    run, logs = secrets.token_hex(4), [backend.log, *_more_logs(backend)]
    written: dict[str, list[bytes | None]] = {}
    for number, (writer, keys) in enumerate(data):
        batch = [text_record(backend.topic, f"{run}{key}", f"{number}.{key}") for key in keys]
        logs[writer].append(batch)
        for record in batch:
            written.setdefault(record.key, []).append(record.value)
    published = [item for item in backend.published() if item.record.key.startswith(run)]
    assert values_by_key(published) == written
    assert len({(item.record.key, item.partition) for item in published}) == len(written)


_LOGS: dict[str, list[Log]] = {}


def _more_logs(backend: Backend) -> list[Log]:
    """Return two more writers, opened once per test and not for each example of hypothesis."""
    return _LOGS.setdefault(backend.unique, [backend.open_second_log(), backend.open_second_log()])


@pytest.fixture(autouse=True)
def close_more_logs() -> object:
    """Close the additional writers after each test."""
    yield
    while _LOGS:
        for log in _LOGS.popitem()[1]:
            log.close()


def test_each_group_reads_all_records_and_continues_at_its_committed_offsets(
    backend: Backend,
) -> None:
    append(backend, "1", "2")
    first = backend.log.subscribe(group=f"{backend.unique}1", topics=[backend.topic])
    first.commit(read(first, 2))
    first.close()
    append(backend, "3")
    same_group = backend.log.subscribe(group=f"{backend.unique}1", topics=[backend.topic])
    other_group = backend.log.subscribe(group=f"{backend.unique}2", topics=[backend.topic])
    assert values(read(same_group, 1)) == [b"3"]
    assert values(read(other_group, 3)) == [b"1", b"2", b"3"]
    same_group.close()
    other_group.close()


def test_a_group_without_members_begins_again_once_its_offsets_are_forgotten(
    backend: Backend,
) -> None:
    append(backend, "1", "2")
    member = backend.log.subscribe(group=backend.unique, topics=[backend.topic])
    member.commit(read(member, 2))
    with pytest.raises(GroupIsReading):
        backend.log.forget_offsets(backend.unique)
    member.close()
    assert backend.log.forget_offsets(backend.unique)
    successor = backend.log.subscribe(group=backend.unique, topics=[backend.topic])
    assert values(read(successor, 2)) == [b"1", b"2"]
    successor.close()
    assert not backend.log.forget_offsets(f"{backend.unique}-unknown")


def test_records_that_were_read_but_not_committed_are_read_again(backend: Backend) -> None:
    append(backend, "1", "2", "3")
    first = backend.log.subscribe(group=backend.unique, topics=[backend.topic])
    received = read(first, 3)
    first.commit(received[:1])
    first.close()
    successor = backend.log.subscribe(group=backend.unique, topics=[backend.topic])
    assert [item.record.value for item in read(successor, 2)] == [b"2", b"3"]
    successor.close()


def test_two_members_read_all_records_together_and_one_continues_alone(backend: Backend) -> None:
    """Each member polls in its own thread without pauses, as a worker does (decision 0007)."""
    values_read, leave = set[bytes | None](), (Event(), Event())
    with ThreadPoolExecutor() as threads:
        try:
            one, two = (
                threads.submit(poll_and_commit, backend, event, values_read) for event in leave
            )
            for number in range(12):
                append(backend, str(number), key=f"key{number}")
            wait_until(lambda: len(values_read) == 12, seconds=REBALANCE_SECONDS)
            leave[0].set()
            one.result()
            for number in range(12, 24):
                append(backend, str(number), key=f"key{number}")
            wait_until(lambda: len(values_read) == 24, seconds=REBALANCE_SECONDS)
            leave[1].set()
            two.result()
        finally:
            for event in leave:
                event.set()


def poll_and_commit(backend: Backend, leave: Event, values_read: set[bytes | None]) -> None:
    """Join the backend's group, and poll and commit until `leave` is set."""
    subscription = backend.log.subscribe(group=backend.unique, topics=[backend.topic])
    while not leave.is_set():
        polled = subscription.poll(seconds=0.5, max_records=3)
        subscription.commit(polled)
        values_read.update(item.record.value for item in polled)
    subscription.close()


def test_a_poll_returns_at_most_the_requested_number_of_records(backend: Backend) -> None:
    for number in range(8):
        append(backend, *["x"] * 10, key=f"key{number}")
    subscription = backend.log.subscribe(group=backend.unique, topics=[backend.topic])
    received: list[ReceivedRecord] = []

    def has_enough() -> bool:
        polled = subscription.poll(seconds=0.1, max_records=4)
        assert len(polled) <= 4
        received.extend(polled)
        return len(received) >= 80

    wait_until(has_enough)
    assert len(received) == 80
    subscription.close()


def test_the_lag_is_the_number_of_records_not_read_yet(backend: Backend) -> None:
    append(backend, "1", "2")
    subscription = backend.log.subscribe(group=backend.unique, topics=[backend.topic])
    subscription.commit(read(subscription, 2))
    assert subscription.lag() == 0
    append(backend, "3", "4", "5")
    assert subscription.lag() == 3
    subscription.close()


def test_a_member_that_reads_no_partition_has_no_lag(backend: Backend) -> None:
    append(backend, "1", "2", "3")
    one, two = (
        backend.log.subscribe(group=backend.unique, topics=[backend.topic]) for _ in range(2)
    )
    read(one, 3)
    assert two.lag() == 0
    one.close()
    wait_until(lambda: two.poll(seconds=0.1, max_records=1))
    assert two.lag() > 0
    two.close()


def test_the_history_of_a_topic_has_all_records_also_those_that_groups_have_read(
    backend: Backend,
) -> None:
    append(backend, "1", "2", "3")
    subscription = backend.log.subscribe(group=backend.unique, topics=[backend.topic])
    subscription.commit(read(subscription, 3))
    subscription.close()
    assert [item.record.value for item in backend.published()] == [b"1", b"2", b"3"]
    assert list(backend.log.history("patron.nothing.here.v1")) == []


def test_a_topic_created_after_the_subscription_is_read(backend: Backend) -> None:
    """Services start in any order, and no service creates the topics of another service."""
    late = f"patron.{backend.unique}.late.events.v1"
    subscription = backend.log.subscribe(group=backend.unique, topics=[backend.topic, late])
    subscription.poll(seconds=0.1, max_records=1)
    backend.create_topic(late)
    backend.log.append([text_record(late, "a", "1")])
    assert values(read(subscription, 1)) == [b"1"]
    subscription.close()


def test_a_member_reads_new_topics_even_if_rejoining_its_group_takes_longer_than_a_poll(
    backend: Backend,
) -> None:
    """In Kafka each new topic makes the members rejoin their group (docs/decisions/0007)."""
    late = [f"patron.{backend.unique}.late{n}.events.v1" for n in range(6)]
    subscription = backend.log.subscribe(group=backend.unique, topics=late)
    values_read: list[bytes | None] = []

    def has_read(number: int) -> bool:
        """Poll for a short time; return whether this number of records was read so far."""
        polled = subscription.poll(seconds=0.03, max_records=10)
        values_read.extend(item.record.value for item in polled)
        return len(values_read) == number

    for number, topic in enumerate(late, 1):
        backend.create_topic(topic)
        backend.log.append([text_record(topic, "a", topic)])
        wait_until(partial(has_read, number))
    subscription.close()


def test_a_record_of_3_mb_is_written_and_read(backend: Backend) -> None:
    name = f"patron.{backend.unique}.large.events.v1"
    backend.create_topic(name, {"max.message.bytes": str(MAX_RECORD_BYTES)})
    backend.log.append([text_record(name, "a", "x" * 3_000_000)])
    assert [len(item.record.value or b"") for item in backend.log.history(name)] == [3_000_000]


def test_a_state_topic_is_compacted_to_the_last_record_of_each_key(backend: Backend) -> None:
    configs = {
        "cleanup.policy": "compact",
        "min.cleanable.dirty.ratio": "0.001",
        "segment.ms": "50",
        "min.compaction.lag.ms": "0",
    }
    backend.create_topic(backend.state_topic, configs)
    for key, text in (("a", "personal"), ("b", "1"), ("b", "2"), ("a", None)):
        backend.log.append([text_record(backend.state_topic, key, text)])

    def is_compacted() -> bool:
        """Append records with other keys, as Kafka compacts only once newer records arrive."""
        backend.log.append([text_record(backend.state_topic, f"other{n}", "") for n in range(12)])
        values = values_by_key(backend.log.history(backend.state_topic))
        return values["b"] == [b"2"] and values.get("a", [None]) == [None]

    wait_until(is_compacted)


def test_a_state_deleted_from_the_embedded_log_is_erased_from_its_file(tmp_path: Path) -> None:
    log = EmbeddedLog(tmp_path / "log.db")
    log.append([text_record("patron.x.y.state.v1", "a", "王小明")])
    log.append([text_record("patron.x.y.state.v1", "a", None)])
    log.close()
    assert "王小明".encode() not in (tmp_path / "log.db").read_bytes()


USE_UNREACHABLE_BROKER = """
import sys
from shared.messaging.envelope import Record
from shared.outages import LogUnavailable
from shared.messaging.log.kafka import KafkaLog
log = KafkaLog(sys.argv[1], client="alone")
topic = "patron.x.y.events.v1"
for attempt in (
    lambda: log.append([Record(topic, "a", b"1", {})]),
    lambda: log.subscribe(group="g", topics=[topic]),
):
    try:
        attempt()
    except LogUnavailable:
        print("unavailable")
"""
"""A program that appends and subscribes at an address where no broker listens."""


def test_a_broker_out_of_reach_raises_log_unavailable_within_30_seconds() -> None:
    """The program runs in its own process, as kafka-python leaves sockets open after a failure."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        command = [sys.executable, "-c", USE_UNREACHABLE_BROKER, address]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout.split() == ["unavailable", "unavailable"]


def test_an_append_succeeds_after_another_append_has_failed(backend: Backend) -> None:
    with pytest.raises((LogUnavailable, AttributeError)):
        backend.log.append([text_record(backend.topic, "a", "x" * (MAX_RECORD_BYTES + 1)), None])  # type: ignore[list-item]
    append(backend, "1")
    assert b"1" in {item.record.value for item in backend.published()}

"""The protocol of the log, on Kafka and on the embedded log alike."""

import secrets
import socket
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.messaging.envelope import ReceivedRecord
from shared.messaging.log import Log, Subscription
from shared.messaging.log.embedded import EmbeddedLog
from shared.messaging.log.kafka import MAX_RECORD_BYTES
from shared.outages import LogUnavailable
from tests.shared.backend import Backend, text_record, values_by_key, wait_until

REBALANCE_SECONDS = 60
"""Within this time the members of a group have divided the partitions, even on a busy machine."""


def read(subscription: Subscription, count: int, max_records: int = 500) -> list[ReceivedRecord]:
    """Poll until there are `count` records, without committing them."""
    found: list[ReceivedRecord] = []

    def enough() -> bool:
        found.extend(subscription.poll(seconds=0.1, max_records=max_records))
        return len(found) >= count

    wait_until(enough)
    return found


def values(found: list[ReceivedRecord]) -> list[bytes]:
    """Return the values of records, sorted."""
    return sorted(item.record.value or b"" for item in found)


def append(backend: Backend, *texts: str, key: str = "a") -> None:
    """Append texts with one key."""
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
    """Several writers append batches of any size with any keys."""
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
    """Open two more writers once per test, not once per example."""
    return _LOGS.setdefault(backend.unique, [backend.another_log(), backend.another_log()])


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
    again = backend.log.subscribe(group=f"{backend.unique}1", topics=[backend.topic])
    other = backend.log.subscribe(group=f"{backend.unique}2", topics=[backend.topic])
    assert values(read(again, 1)) == [b"3"]
    assert values(read(other, 3)) == [b"1", b"2", b"3"]
    again.close()
    other.close()


def test_records_that_were_read_but_not_committed_are_read_again(backend: Backend) -> None:
    append(backend, "1", "2", "3")
    first = backend.log.subscribe(group=backend.unique, topics=[backend.topic])
    found = read(first, 3)
    first.commit(found[:1])
    first.close()
    successor = backend.log.subscribe(group=backend.unique, topics=[backend.topic])
    assert [item.record.value for item in read(successor, 2)] == [b"2", b"3"]
    successor.close()


def test_two_members_share_the_records_and_one_continues_alone(backend: Backend) -> None:
    one = backend.log.subscribe(group=backend.unique, topics=[backend.topic])
    two = backend.log.subscribe(group=backend.unique, topics=[backend.topic])
    for number in range(12):
        append(backend, str(number), key=f"key{number}")
    shared: list[ReceivedRecord] = []

    def poll_and_commit(*members: Subscription) -> int:
        for member in members:
            found = member.poll(seconds=0.05, max_records=3)
            member.commit(found)
            shared.extend(found)
        return len({item.record.value for item in shared})

    wait_until(lambda: poll_and_commit(one, two) == 12, seconds=REBALANCE_SECONDS)
    one.close()
    append(backend, "last")
    wait_until(lambda: poll_and_commit(two) == 13, seconds=REBALANCE_SECONDS)
    two.close()


def test_a_poll_returns_at_most_the_requested_number_of_records(backend: Backend) -> None:
    for number in range(8):
        append(backend, *["x"] * 10, key=f"key{number}")
    subscription = backend.log.subscribe(group=backend.unique, topics=[backend.topic])
    found: list[ReceivedRecord] = []

    def enough() -> bool:
        polled = subscription.poll(seconds=0.1, max_records=4)
        assert len(polled) <= 4
        found.extend(polled)
        return len(found) >= 80

    wait_until(enough)
    assert len(found) == 80
    subscription.close()


def test_the_lag_is_the_number_of_records_not_read_yet(backend: Backend) -> None:
    append(backend, "1", "2")
    subscription = backend.log.subscribe(group=backend.unique, topics=[backend.topic])
    subscription.commit(read(subscription, 2))
    assert subscription.lag() == 0
    append(backend, "3", "4", "5")
    assert subscription.lag() == 3
    subscription.close()


def test_the_history_has_all_records_whatever_groups_have_read(backend: Backend) -> None:
    append(backend, "1", "2", "3")
    subscription = backend.log.subscribe(group=backend.unique, topics=[backend.topic])
    subscription.commit(read(subscription, 3))
    subscription.close()
    assert [item.record.value for item in backend.published()] == [b"1", b"2", b"3"]
    assert list(backend.log.history("patron.nothing.here.v1")) == []


def test_a_topic_created_after_the_subscription_is_read(backend: Backend) -> None:
    """Services start in any order, and none creates the topics of another."""
    late = f"patron.{backend.unique}.late.events.v1"
    subscription = backend.log.subscribe(group=backend.unique, topics=[backend.topic, late])
    subscription.poll(seconds=0.1, max_records=1)
    backend.create_topic(late)
    backend.log.append([text_record(late, "a", "1")])
    assert values(read(subscription, 1)) == [b"1"]
    subscription.close()


def test_a_member_reads_on_after_rejoins_that_outlast_its_polls(backend: Backend) -> None:
    """Each new topic makes the group of Kafka rejoin (docs/decisions/0007)."""
    late = [f"patron.{backend.unique}.late{n}.events.v1" for n in range(6)]
    subscription = backend.log.subscribe(group=backend.unique, topics=late)
    seen: list[bytes | None] = []

    def read_soon(count: int) -> bool:
        polled = subscription.poll(seconds=0.03, max_records=10)
        seen.extend(item.record.value for item in polled)
        return len(seen) == count

    for count, topic in enumerate(late, 1):
        backend.create_topic(topic)
        backend.log.append([text_record(topic, "a", topic)])
        wait_until(partial(read_soon, count))
    subscription.close()


def test_a_record_of_3_mb_is_written_and_read(backend: Backend) -> None:
    name = f"patron.{backend.unique}.large.events.v1"
    backend.create_topic(name, {"max.message.bytes": str(MAX_RECORD_BYTES)})
    backend.log.append([text_record(name, "a", "x" * 3_000_000)])
    assert [len(item.record.value or b"") for item in backend.log.history(name)] == [3_000_000]


def test_a_state_topic_is_compacted_to_the_last_record_of_each_key(backend: Backend) -> None:
    quick = {
        "cleanup.policy": "compact",
        "min.cleanable.dirty.ratio": "0.001",
        "segment.ms": "50",
        "min.compaction.lag.ms": "0",
    }
    backend.create_topic(backend.state_topic, quick)
    for key, text in (("a", "personal"), ("b", "1"), ("b", "2"), ("a", None)):
        backend.log.append([text_record(backend.state_topic, key, text)])

    def compacted() -> bool:
        backend.log.append([text_record(backend.state_topic, f"roll{n}", "") for n in range(12)])
        found = values_by_key(backend.log.history(backend.state_topic))
        return found["b"] == [b"2"] and found.get("a", [None]) == [None]

    wait_until(compacted)


def test_a_state_deleted_from_the_embedded_log_is_not_in_its_file_any_more(tmp_path: Path) -> None:
    log = EmbeddedLog(tmp_path / "log.db")
    log.append([text_record("patron.x.y.state.v1", "a", "王小明")])
    log.append([text_record("patron.x.y.state.v1", "a", None)])
    log.close()
    assert "王小明".encode() not in (tmp_path / "log.db").read_bytes()


UNREACHABLE = """
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


def test_a_broker_out_of_reach_raises_log_unavailable_within_30_seconds() -> None:
    """This runs in its own process, as kafka-python leaves the sockets of a failed start open."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        command = [sys.executable, "-c", UNREACHABLE, f"127.0.0.1:{silent.getsockname()[1]}"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout.split() == ["unavailable", "unavailable"]


def test_an_append_succeeds_after_a_failed_one(backend: Backend) -> None:
    with pytest.raises((LogUnavailable, AttributeError)):
        backend.log.append([text_record(backend.topic, "a", "x" * (MAX_RECORD_BYTES + 1)), None])  # type: ignore[list-item]
    append(backend, "1")
    assert b"1" in {item.record.value for item in backend.published()}

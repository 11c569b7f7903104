"""Tests of the embedded log: partitions, offsets, the lock of a group, and errors of its file."""

import sqlite3
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from threading import Thread

import pytest

from shared.messaging.envelope import ReceivedRecord
from shared.messaging.log import Subscription
from shared.messaging.log.embedded import EmbeddedLog
from shared.outages import LogUnavailable
from tests.shared.backend import text_record

TOPIC, OTHER_TOPIC = "patron.x.y.events.v1", "patron.x.z.events.v1"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the path of the log's file, in folders that do not exist yet."""
    return tmp_path / "several" / "folders" / "log.db"


@pytest.fixture
def log(path: Path) -> Iterator[EmbeddedLog]:
    """Return a new, empty log."""
    with closing(EmbeddedLog(path)) as log:
        yield log


def append(log: EmbeddedLog, *keys: str, topic: str = TOPIC) -> None:
    """Append a record with each of these keys."""
    log.append([text_record(topic, key, key) for key in keys])


KEYS = "difagb"
"""One key per partition: `d` for partition 0, `i` for 1, and so on; this must never change."""


def poll_keys(member: Subscription, max_records: int = 500) -> list[str]:
    """Poll without waiting; return the keys of the records."""
    return [item.record.key for item in member.poll(seconds=0, max_records=max_records)]


def partition_and_offset(item: ReceivedRecord) -> tuple[int, int]:
    """Return the partition and the offset of a record."""
    return item.partition, item.offset


def test_a_key_always_has_the_same_of_six_partitions_and_offsets_start_at_0(
    log: EmbeddedLog,
) -> None:
    """If a key moved to another partition, its events in an old file would lose their order."""
    append(log, *KEYS, *KEYS)
    append(log, *KEYS)
    locations = sorted(map(partition_and_offset, log.history(TOPIC)))
    assert locations == [(part, offset) for part in range(6) for offset in range(3)]
    assert [item.partition for item in log.history(TOPIC)][:6] == [0, 1, 2, 3, 4, 5]


def test_each_topic_has_its_own_offsets(log: EmbeddedLog) -> None:
    append(log, "a", "a")
    append(log, "a", topic=OTHER_TOPIC)
    assert [partition_and_offset(item) for item in log.history(OTHER_TOPIC)] == [(3, 0)]
    append(log, "a", topic=OTHER_TOPIC)
    assert [partition_and_offset(item) for item in log.history(OTHER_TOPIC)] == [(3, 0), (3, 1)]


def test_a_log_that_is_opened_again_appends_after_the_stored_records(path: Path) -> None:
    for _ in range(2):
        with closing(EmbeddedLog(path)) as log:
            append(log, "a")
    with closing(EmbeddedLog(path)) as log:
        assert [item.offset for item in log.history(TOPIC)] == [0, 1]


def test_a_poll_waits_up_to_its_timeout_for_the_first_record(log: EmbeddedLog) -> None:
    with closing(log.subscribe(group="g", topics=[TOPIC])) as member:
        began = time.monotonic()
        assert member.poll(seconds=0.3, max_records=1) == []
        assert 0.3 <= time.monotonic() - began < 10
        writer = Thread(target=append, args=(log, "a"))
        writer.start()
        assert [item.record.key for item in member.poll(seconds=20, max_records=1)] == ["a"]
        assert time.monotonic() - began < 10
        writer.join()


def test_partitions_are_polled_in_turn_even_if_one_has_many_records(log: EmbeddedLog) -> None:
    append(log, *[KEYS[5]] * 3, *[KEYS[0]] * 3)
    with closing(log.subscribe(group="g", topics=[TOPIC])) as member:
        polled = [poll_keys(member, max_records=1) for _ in range(6)]
    assert polled == [[KEYS[0]], [KEYS[5]]] * 3


def test_a_poll_reads_from_several_partitions_up_to_its_limit(log: EmbeddedLog) -> None:
    append(log, *[KEYS[0]] * 3, *[KEYS[1]] * 3)
    with closing(log.subscribe(group="g", topics=[TOPIC])) as member:
        assert poll_keys(member, max_records=4) == [*[KEYS[0]] * 3, KEYS[1]]
        assert poll_keys(member, max_records=4) == [KEYS[1]] * 2
        assert poll_keys(member, max_records=4) == []


def test_the_lag_is_the_number_of_records_of_its_topics_that_a_group_has_not_committed(
    log: EmbeddedLog,
) -> None:
    append(log, "a", "a", "b")
    append(log, "a", topic=OTHER_TOPIC)
    with closing(log.subscribe(group="g", topics=[TOPIC])) as member:
        polled = member.poll(seconds=0, max_records=500)
        assert member.lag() == 3
        member.commit([item for item in polled if item.record.key == "a"])
        assert member.lag() == 1
        append(log, "a")
        assert member.lag() == 2


def test_only_the_member_that_reads_has_a_lag(log: EmbeddedLog) -> None:
    append(log, "a", "a")
    one, two = (log.subscribe(group="g", topics=[TOPIC]) for _ in range(2))
    with closing(two):
        one.poll(seconds=0, max_records=1)
        two.poll(seconds=0, max_records=1)
        assert (one.lag(), two.lag()) == (2, 0)
        one.close()
        two.poll(seconds=0, max_records=1)
        assert two.lag() == 2


def test_one_member_of_a_group_reads_until_it_leaves_and_another_continues_after_it(
    log: EmbeddedLog,
) -> None:
    append(log, "a", "a")
    one, two = (log.subscribe(group="g", topics=[TOPIC]) for _ in range(2))
    with closing(two):
        (first,) = one.poll(seconds=0, max_records=1)
        assert poll_keys(two) == []
        one.commit([first])
        one.close()
        (second,) = two.poll(seconds=0, max_records=500)
    assert second.offset == 1


def test_the_lock_file_of_a_group_is_accessible_to_its_owner_only(
    log: EmbeddedLog, path: Path
) -> None:
    with closing(log.subscribe(group="g", topics=[TOPIC])):
        (lock_file,) = path.parent.glob("*.lock")
    assert stat.S_IMODE(lock_file.stat().st_mode) == 0o600


def test_a_writer_waits_until_the_transaction_of_another_writer_ends(
    log: EmbeddedLog, path: Path
) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        writer = Thread(target=append, args=(log, "a"))
        writer.start()
        writer.join(0.3)
        assert writer.is_alive()
        other.execute("ROLLBACK")
        writer.join()
    assert [item.record.key for item in log.history(TOPIC)] == ["a"]


def test_a_batch_that_fails_is_rolled_back_and_the_next_one_is_written(
    log: EmbeddedLog,
) -> None:
    with pytest.raises(AttributeError):
        log.append([text_record(TOPIC, "a", "1"), None])  # type: ignore[list-item]
    append(log, "a")
    assert [item.offset for item in log.history(TOPIC)] == [0]


def test_a_state_replaces_the_previous_state_with_its_key_in_the_same_topic_only(
    log: EmbeddedLog,
) -> None:
    one, other = "patron.x.y.state.v1", "patron.x.z.state.v1"
    for topic in (one, other):
        append(log, KEYS[0], KEYS[1], topic=topic)
    append(log, KEYS[0], KEYS[2], KEYS[2], topic=one)
    assert [partition_and_offset(item) for item in log.history(one)] == [(1, 0), (0, 1), (2, 1)]
    assert [partition_and_offset(item) for item in log.history(other)] == [(0, 0), (1, 0)]


def test_a_member_continues_after_records_that_compaction_deleted(log: EmbeddedLog) -> None:
    topic = "patron.x.y.state.v1"
    append(log, "a", "a", topic=topic)
    with closing(log.subscribe(group="g", topics=[topic])) as member:
        append(log, "a", topic=topic)
        (only,) = member.poll(seconds=0, max_records=500)
        assert only.offset == 2
        assert poll_keys(member) == []
        member.commit([only])
        assert member.lag() == 0


@pytest.mark.parametrize(
    "use",
    [
        lambda log, _: append(log, "a"),
        lambda _, member: member.poll(seconds=0, max_records=1),
        lambda _, member: member.commit([ReceivedRecord(text_record(TOPIC, "a", "a"), 5, 0)]),
        lambda _, member: member.lag(),
    ],
)
def test_an_error_of_sqlite_is_raised_as_log_unavailable(
    log: EmbeddedLog, path: Path, use: Callable[[EmbeddedLog, Subscription], object]
) -> None:
    member = log.subscribe(group="g", topics=[TOPIC])
    with closing(member), closing(sqlite3.connect(path)) as other:
        assert poll_keys(member) == []
        for table in ("ends", "offsets"):
            other.execute(f"ALTER TABLE {table} RENAME TO no_{table}")
        other.execute("DROP TABLE records")
        with pytest.raises(LogUnavailable, match="no such table"):
            use(log, member)


def test_a_missing_folder_is_raised_as_log_unavailable(log: EmbeddedLog, path: Path) -> None:
    path.parent.rename(path.parent.with_name("away"))
    with pytest.raises(LogUnavailable, match="unable to open"):
        log.subscribe(group="g", topics=[TOPIC])
    with pytest.raises(LogUnavailable, match="unable to open"):
        list(log.history(TOPIC))

"""The relay in detail: batches, metrics, republished states, deleted rows and pauses."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from threading import Event, Thread

import pytest
from sqlalchemy import select, update

from shared import clock, loops, tracing
from shared.messaging import relay
from shared.messaging.envelope import Record
from shared.messaging.log import Log
from shared.messaging.relay import (
    Relay,
    count_unpublished,
    oldest_unpublished,
    republish_newest_states,
)
from shared.models import Outbox
from shared.outages import LogUnavailable
from tests.shared.backend import Backend, NoteState, NoteWritten, wait_until


class RecordingLog:
    """A log that collects the batches appended to it.

    With `overtaken_by`, newer events are published on that backend during the first append, as if
    by another relay, and the append then fails.
    """

    def __init__(self, log: Log, *, overtaken_by: Backend | None = None) -> None:
        self._log, self._backend = log, overtaken_by
        self.batches: list[list[Record]] = []

    def append(self, records: Sequence[Record]) -> None:
        self._log.append(records)
        self.batches.append(list(records))
        if self._backend:
            backend, self._backend = self._backend, None
            backend.record(NoteState(note_id="a", version=2), NoteWritten(note_id="a", version=2))
            backend.publish()
            raise LogUnavailable("gone")


@dataclass(frozen=True)
class RunningRelay:
    """A relay that runs in a thread, as in a worker."""

    relay: Relay
    thread: Thread

    def wait_until(self, condition: Callable[[], object]) -> None:
        """Wait until a condition is true; fail if the relay's thread ends before that."""
        wait_until(lambda: condition() or not self.thread.is_alive())
        assert self.thread.is_alive()


@contextmanager
def relaying(backend: Backend, log: RecordingLog) -> Iterator[RunningRelay]:
    """Run a relay with this log in a thread, and stop it at the end."""
    running, stop = Relay(backend.database, log), Event()  # type: ignore[arg-type]
    thread = Thread(target=running.run, args=(stop,))
    thread.start()
    try:
        yield RunningRelay(running, thread)
    finally:
        stop.set()
        thread.join()


def unpublished_count(backend: Backend) -> int:
    """Return the number of unpublished events."""
    with backend.database.connection() as connection:
        return count_unpublished(connection)


def test_events_are_published_in_batches_with_the_oldest_events_first(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "_BATCH", 2)
    backend.record(*(NoteWritten(note_id=str(number)) for number in range(5)))
    log = RecordingLog(backend.log)
    with relaying(backend, log) as running:
        running.wait_until(lambda: unpublished_count(backend) == 0)
    keys = [[record.key for record in batch] for batch in log.batches]
    assert keys == [["0", "1"], ["2", "3"], ["4"]]


def test_an_event_is_published_with_its_time_and_its_trace(backend: Backend) -> None:
    trace = tracing.start()
    backend.record(NoteWritten(note_id="a"))
    backend.publish()
    with backend.database.connection() as connection:
        recorded_at = connection.execute(select(Outbox.recorded_at)).scalar_one()
    (item,) = backend.published()
    headers = item.record.headers
    assert trace.trace_id in headers["traceparent"]
    assert (headers["ce_time"], headers["ce_subject"]) == (recorded_at.isoformat(), "a")


def test_the_newest_state_of_each_key_is_republished_but_no_fact(backend: Backend) -> None:
    """The keys are those of the rows that are passed on, so the state of `c` stays published."""
    backend.create_topic(backend.state_topic)
    backend.record(*(NoteState(note_id=note, version=1) for note in "ab"))
    backend.record(NoteState(note_id="a", version=2), NoteWritten(note_id="a"))
    backend.record(NoteState(note_id="c", version=1))
    with backend.database.connection() as connection:
        rows = oldest_unpublished(connection)
    backend.publish()
    with backend.database.connection() as connection:
        republish_newest_states(connection, [row for row in rows if row.aggregateid != "c"])
        republished = oldest_unpublished(connection)
    assert [(row.aggregatetype, row.aggregateid, row.id) for row in republished] == [
        (backend.state_topic, "b", rows[1].id),
        (backend.state_topic, "a", rows[2].id),
    ]


def test_nothing_is_republished_if_there_were_only_facts(backend: Backend) -> None:
    backend.record(NoteWritten(note_id="a"))
    with backend.database.connection() as connection:
        rows = oldest_unpublished(connection)
    backend.publish()
    with backend.database.connection() as connection:
        republish_newest_states(connection, rows)
    assert unpublished_count(backend) == 0


def test_a_relay_that_was_overtaken_republishes_the_newest_state_once(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loops, "_OUTAGE_SECONDS", 0.05)
    backend.create_topic(backend.state_topic)
    backend.record(NoteState(note_id="a", version=1))
    log = RecordingLog(backend.log, overtaken_by=backend)
    with relaying(backend, log) as running:
        running.wait_until(lambda: len(log.batches) == 2 and unpublished_count(backend) == 0)
        backend.record(NoteState(note_id="b"))
        running.wait_until(lambda: unpublished_count(backend) == 0)
    values = [[record.value for record in batch] for batch in log.batches]
    assert values == [
        [b'{"note_id":"a","version":1,"text":""}'],
        [b'{"note_id":"a","version":2,"text":""}'],
        [b'{"note_id":"b","version":1,"text":""}'],
    ]


def has_heartbeat_since(relay_: Relay, moment: float) -> bool:
    """Return whether a relay has recorded a heartbeat after this time of the monotonic clock."""
    return relay_._last_beat > moment


def test_a_relay_without_events_and_a_standby_relay_record_heartbeats(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker exits when one of its loops, such as the relay, has no recent heartbeat."""
    monkeypatch.setattr(relay, "_STANDBY_SECONDS", 0.05)
    log = RecordingLog(backend.log)
    with relaying(backend, log) as one, relaying(backend, log) as other:
        for each in (one, other):
            each.wait_until(partial(has_heartbeat_since, each.relay, 0))
            each.wait_until(partial(has_heartbeat_since, each.relay, each.relay._last_beat))


def publish_in_the_past(backend: Backend, note: str, ago: timedelta) -> None:
    """Publish an event about a note, and set its `published_at` to a time in the past."""
    backend.record(NoteWritten(note_id=note))
    backend.publish()
    with backend.database.connection() as connection:
        statement = update(Outbox).where(Outbox.aggregateid == note)
        connection.execute(statement.values(published_at=clock.now() - ago))


def stored_keys(backend: Backend) -> list[str]:
    """Return the keys of all rows in the outbox."""
    with backend.database.connection() as connection:
        return sorted(connection.execute(select(Outbox.aggregateid)).scalars())


def test_rows_published_more_than_a_day_ago_are_deleted_once_a_minute(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_in_the_past(backend, "old", timedelta(days=1, seconds=1))
    publish_in_the_past(backend, "young", timedelta(hours=23, minutes=50))
    backend.record(NoteWritten(note_id="waiting"))
    start, elapsed = clock.now(), [0.0]
    monkeypatch.setattr(clock, "now", lambda: start + timedelta(seconds=elapsed[0]))
    relay_ = Relay(backend.database, backend.log)

    def keys_after_cleanup(seconds: float) -> list[str]:
        """Clean up at this time after the start; return the keys of the remaining rows."""
        elapsed[0] = seconds
        with backend.database.connection() as connection:
            relay_._delete_published(connection)
        return stored_keys(backend)

    assert keys_after_cleanup(60) == ["old", "waiting", "young"]
    assert keys_after_cleanup(60.5) == ["waiting", "young"]
    publish_in_the_past(backend, "old", timedelta(days=2))
    assert keys_after_cleanup(120) == ["old", "waiting", "young"]
    assert keys_after_cleanup(121) == ["waiting", "young"]


def test_a_relay_deletes_old_rows_when_there_is_nothing_to_publish(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "_CLEANUP_SECONDS", 0)
    publish_in_the_past(backend, "old", timedelta(days=2))
    with relaying(backend, RecordingLog(backend.log)) as running:
        running.wait_until(lambda: stored_keys(backend) == [])


class RecordedWaits(Event):
    """A threading event whose `wait` returns at once and records the seconds to wait.

    The event is set once the sum of the recorded waits exceeds `seconds`.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.waits: list[float] = []
        self._seconds = seconds

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.append(timeout or 0)
        if sum(self.waits) > self._seconds:
            self.set()
        return self.is_set()


def test_a_relay_polls_the_outbox_less_often_after_two_seconds_without_events(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The relay pauses for 0.03 seconds, later for 0.1, and after an event for 0.03 again."""
    stops, start = [RecordedWaits(2.5)], clock.now()

    def now() -> datetime:
        return start + timedelta(seconds=sum(sum(stop.waits) for stop in stops))

    monkeypatch.setattr(clock, "now", now)
    relay_ = Relay(backend.database, backend.log)
    with backend.database.connection() as connection:
        relay_._publish_with_lock(connection, stops[0])
    pauses = stops[0].waits
    assert pauses == sorted(pauses)
    assert (min(pauses), max(pauses)) == (0.03, 0.1)
    assert 2 < sum(pause for pause in pauses if pause < 0.1) < 2.1
    backend.record(NoteWritten(note_id="a"))
    stops.append(RecordedWaits(1))
    with backend.database.connection() as connection:
        relay_._publish_with_lock(connection, stops[1])
    assert set(stops[1].waits) == {0.03}


def test_published_records_have_the_name_of_the_service(backend: Backend) -> None:
    backend.record(NoteWritten(note_id="a"))
    log = RecordingLog(backend.log)
    with relaying(backend, log):
        wait_until(lambda: unpublished_count(backend) == 0)
    ((record,),) = log.batches
    assert record.headers["ce_source"] == f"/patron/{backend.schema}"

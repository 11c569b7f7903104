"""What a relay does in its turns: the oldest first, states once more, and the tidying."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from threading import Event, Thread

import pytest
from prometheus_client import REGISTRY
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
from shared.metrics import OUTBOX_AGE
from shared.models import Outbox
from shared.outages import LogUnavailable
from tests.shared.backend import Backend, NoteState, NoteWritten, wait_until


class Noting:
    """A log that notes what is appended; at first it may be overtaken and fail."""

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
class Relaying:
    """A relay that runs as it does in a worker."""

    relay: Relay
    thread: Thread

    def wait_until(self, condition: Callable[[], object]) -> None:
        """Wait for a condition, as long as the relay lives."""
        wait_until(lambda: condition() or not self.thread.is_alive())
        assert self.thread.is_alive()


@contextmanager
def relaying(backend: Backend, log: Noting) -> Iterator[Relaying]:
    running, stop = Relay(backend.database, log), Event()  # type: ignore[arg-type]
    thread = Thread(target=running.run, args=(stop,))
    thread.start()
    try:
        yield Relaying(running, thread)
    finally:
        stop.set()
        thread.join()


def waiting(backend: Backend) -> int:
    with backend.database.connection() as connection:
        return count_unpublished(connection)


def age_shown(backend: Backend) -> float | None:
    return REGISTRY.get_sample_value("patron_outbox_age_seconds", {"service": backend.schema})


def test_the_age_that_is_shown_is_that_of_the_oldest_event_that_waits(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend.record(NoteWritten(note_id="a"))
    with backend.database.connection() as connection:
        recorded = connection.execute(select(Outbox.recorded_at)).scalar_one()
    backend.record(NoteWritten(note_id="b"))
    monkeypatch.setattr(clock, "now", lambda: recorded + timedelta(minutes=2))
    backend.publish()
    assert age_shown(backend) == 120
    backend.publish()
    assert age_shown(backend) == 0


def test_a_batch_is_of_the_oldest_and_what_is_left_comes_next(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "_BATCH", 2)
    backend.record(*(NoteWritten(note_id=str(number)) for number in range(5)))
    log = Noting(backend.log)
    with relaying(backend, log) as running:
        running.wait_until(lambda: waiting(backend) == 0)
    keys = [[record.key for record in batch] for batch in log.batches]
    assert keys == [["0", "1"], ["2", "3"], ["4"]]


def test_an_event_is_published_with_its_time_and_its_trace(backend: Backend) -> None:
    trace = tracing.start()
    backend.record(NoteWritten(note_id="a"))
    backend.publish()
    with backend.database.connection() as connection:
        recorded = connection.execute(select(Outbox.recorded_at)).scalar_one()
    (item,) = backend.published()
    said = item.record.headers
    assert trace.trace_id in said["traceparent"]
    assert (said["ce_time"], said["ce_subject"]) == (recorded.isoformat(), "a")


def test_of_each_state_the_newest_is_sent_again_and_no_fact(backend: Backend) -> None:
    backend.create_topic(backend.state_topic)
    backend.record(*(NoteState(note_id=note, version=1) for note in "ab"))
    backend.record(NoteState(note_id="a", version=2), NoteWritten(note_id="a"))
    backend.record(NoteState(note_id="c", version=1))
    with backend.database.connection() as connection:
        rows = oldest_unpublished(connection, source=backend.schema)
    backend.publish()
    with backend.database.connection() as connection:
        republish_newest_states(connection, [row for row in rows if row.aggregateid != "c"])
        again = oldest_unpublished(connection, source=backend.schema)
    assert [(row.aggregatetype, row.aggregateid, row.id) for row in again] == [
        (backend.state_topic, "b", rows[1].id),
        (backend.state_topic, "a", rows[2].id),
    ]


def test_facts_alone_are_not_sent_again(backend: Backend) -> None:
    backend.record(NoteWritten(note_id="a"))
    with backend.database.connection() as connection:
        rows = oldest_unpublished(connection, source=backend.schema)
    backend.publish()
    with backend.database.connection() as connection:
        republish_newest_states(connection, rows)
    assert waiting(backend) == 0


def test_a_relay_that_was_overtaken_sends_the_newest_state_once_more_and_no_more(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loops, "_OUTAGE_SECONDS", 0.05)
    backend.create_topic(backend.state_topic)
    backend.record(NoteState(note_id="a", version=1))
    log = Noting(backend.log, overtaken_by=backend)
    with relaying(backend, log) as running:
        running.wait_until(lambda: len(log.batches) == 2 and waiting(backend) == 0)
        backend.record(NoteState(note_id="b"))
        running.wait_until(lambda: waiting(backend) == 0)
    values = [[record.value for record in batch] for batch in log.batches]
    assert values == [
        [b'{"note_id":"a","version":1,"text":""}'],
        [b'{"note_id":"a","version":2,"text":""}'],
        [b'{"note_id":"b","version":1,"text":""}'],
    ]


def turned(one: Relay, since: float) -> bool:
    return one._last_beat > since


def test_a_relay_that_waits_for_events_or_stands_by_turns_on(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A loop that does not show that it turns has its worker ended."""
    monkeypatch.setattr(relay, "_STANDBY_SECONDS", 0.05)
    log = Noting(backend.log)
    with relaying(backend, log) as one, relaying(backend, log) as other:
        for each in (one, other):
            each.wait_until(partial(turned, each.relay, 0))
            each.wait_until(partial(turned, each.relay, each.relay._last_beat))


def published_ago(backend: Backend, note: str, ago: timedelta) -> None:
    backend.record(NoteWritten(note_id=note))
    backend.publish()
    with backend.database.connection() as connection:
        mine = update(Outbox).where(Outbox.aggregateid == note)
        connection.execute(mine.values(published_at=clock.now() - ago))


def kept(backend: Backend) -> list[str]:
    with backend.database.connection() as connection:
        return sorted(connection.execute(select(Outbox.aggregateid)).scalars())


def test_what_was_published_a_day_ago_is_tidied_away_once_a_minute(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    published_ago(backend, "old", timedelta(days=1, seconds=1))
    published_ago(backend, "young", timedelta(hours=23, minutes=50))
    backend.record(NoteWritten(note_id="waiting"))
    start, at = clock.now(), [0.0]
    monkeypatch.setattr(clock, "now", lambda: start + timedelta(seconds=at[0]))
    tidying = Relay(backend.database, backend.log)

    def tidied_after(seconds: float) -> list[str]:
        at[0] = seconds
        with backend.database.connection() as connection:
            tidying._delete_published(connection)
        return kept(backend)

    assert tidied_after(60) == ["old", "waiting", "young"]
    assert tidied_after(60.5) == ["waiting", "young"]
    published_ago(backend, "old", timedelta(days=2))
    assert tidied_after(120) == ["old", "waiting", "young"]
    assert tidied_after(121) == ["waiting", "young"]


def test_a_relay_tidies_when_it_has_nothing_left_to_publish(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "_CLEANUP_SECONDS", 0)
    published_ago(backend, "old", timedelta(days=2))
    with relaying(backend, Noting(backend.log)) as running:
        running.wait_until(lambda: kept(backend) == [])


class Waits(Event):
    """Notes every wait and lets its time pass at once, until so many seconds have passed."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.noted: list[float] = []
        self._seconds = seconds

    def wait(self, timeout: float | None = None) -> bool:
        self.noted.append(timeout or 0)
        if sum(self.noted) > self._seconds:
            self.set()
        return self.is_set()


def test_a_relay_looks_less_often_while_nothing_comes(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns, start = [Waits(2.5)], clock.now()

    def now() -> datetime:
        return start + timedelta(seconds=sum(sum(waits.noted) for waits in turns))

    monkeypatch.setattr(clock, "now", now)
    one = Relay(backend.database, backend.log)
    with backend.database.connection() as connection:
        one._publish_with_lock(connection, turns[0])
    quiet = turns[0].noted
    assert quiet == sorted(quiet)
    assert (min(quiet), max(quiet)) == (0.03, 0.1)
    assert 2 < sum(pause for pause in quiet if pause < 0.1) < 2.1
    backend.record(NoteWritten(note_id="a"))
    turns.append(Waits(1))
    with backend.database.connection() as connection:
        one._publish_with_lock(connection, turns[1])
    assert set(turns[1].noted) == {0.03}


def test_a_relay_names_its_service_in_what_it_sends_and_shows(backend: Backend) -> None:
    OUTBOX_AGE.clear()
    backend.record(NoteWritten(note_id="a"))
    log = Noting(backend.log)
    with relaying(backend, log):
        wait_until(lambda: waiting(backend) == 0)
    assert age_shown(backend) is not None
    ((record,),) = log.batches
    assert record.headers["ce_source"] == f"/patron/{backend.schema}"

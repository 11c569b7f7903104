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
from shared.messaging.relay import Relay, oldest, send_states_again, unpublished
from shared.metrics import OUTBOX_AGE
from shared.models import Outbox
from shared.outages import LogUnavailable
from tests.shared.kit import Kit, NoteState, NoteWritten, until


class Noting:
    """A log that notes what is appended; at first it may be overtaken and fail."""

    def __init__(self, log: Log, *, overtaken_by: Kit | None = None) -> None:
        self._log, self._kit = log, overtaken_by
        self.batches: list[list[Record]] = []

    def append(self, records: Sequence[Record]) -> None:
        self._log.append(records)
        self.batches.append(list(records))
        if self._kit:
            kit, self._kit = self._kit, None
            kit.record(NoteState(note_id="a", version=2), NoteWritten(note_id="a", version=2))
            kit.publish()
            raise LogUnavailable("gone")


@dataclass(frozen=True)
class Relaying:
    """A relay that runs as it does in a worker."""

    relay: Relay
    thread: Thread

    def until(self, condition: Callable[[], object]) -> None:
        """Wait for a condition, as long as the relay lives."""
        until(lambda: condition() or not self.thread.is_alive())
        assert self.thread.is_alive()


@contextmanager
def relaying(kit: Kit, log: Noting) -> Iterator[Relaying]:
    running, stop = Relay(kit.database, log), Event()  # type: ignore[arg-type]
    thread = Thread(target=running.run, args=(stop,))
    thread.start()
    try:
        yield Relaying(running, thread)
    finally:
        stop.set()
        thread.join()


def waiting(kit: Kit) -> int:
    with kit.database.connection() as connection:
        return unpublished(connection)


def age_shown(kit: Kit) -> float | None:
    return REGISTRY.get_sample_value("patron_outbox_age_seconds", {"service": kit.schema})


def test_the_age_that_is_shown_is_that_of_the_oldest_event_that_waits(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    kit.record(NoteWritten(note_id="a"))
    with kit.database.connection() as connection:
        recorded = connection.execute(select(Outbox.recorded_at)).scalar_one()
    kit.record(NoteWritten(note_id="b"))
    monkeypatch.setattr(clock, "now", lambda: recorded + timedelta(minutes=2))
    kit.publish()
    assert age_shown(kit) == 120
    kit.publish()
    assert age_shown(kit) == 0


def test_a_batch_is_of_the_oldest_and_what_is_left_comes_next(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "_BATCH", 2)
    kit.record(*(NoteWritten(note_id=str(number)) for number in range(5)))
    log = Noting(kit.log)
    with relaying(kit, log) as running:
        running.until(lambda: waiting(kit) == 0)
    keys = [[record.key for record in batch] for batch in log.batches]
    assert keys == [["0", "1"], ["2", "3"], ["4"]]


def test_an_event_is_published_with_its_time_and_its_trace(kit: Kit) -> None:
    trace = tracing.start()
    kit.record(NoteWritten(note_id="a"))
    kit.publish()
    with kit.database.connection() as connection:
        recorded = connection.execute(select(Outbox.recorded_at)).scalar_one()
    (item,) = kit.published()
    said = item.record.headers
    assert trace.trace_id in said["traceparent"]
    assert (said["ce_time"], said["ce_subject"]) == (recorded.isoformat(), "a")


def test_of_each_state_the_newest_is_sent_again_and_no_fact(kit: Kit) -> None:
    kit.create_topic(kit.state_topic)
    kit.record(*(NoteState(note_id=note, version=1) for note in "ab"))
    kit.record(NoteState(note_id="a", version=2), NoteWritten(note_id="a"))
    kit.record(NoteState(note_id="c", version=1))
    with kit.database.connection() as connection:
        rows = oldest(connection, source=kit.schema)
    kit.publish()
    with kit.database.connection() as connection:
        send_states_again(connection, [row for row in rows if row.aggregateid != "c"])
        again = oldest(connection, source=kit.schema)
    assert [(row.aggregatetype, row.aggregateid, row.id) for row in again] == [
        (kit.state_topic, "b", rows[1].id),
        (kit.state_topic, "a", rows[2].id),
    ]


def test_facts_alone_are_not_sent_again(kit: Kit) -> None:
    kit.record(NoteWritten(note_id="a"))
    with kit.database.connection() as connection:
        rows = oldest(connection, source=kit.schema)
    kit.publish()
    with kit.database.connection() as connection:
        send_states_again(connection, rows)
    assert waiting(kit) == 0


def test_a_relay_that_was_overtaken_sends_the_newest_state_once_more_and_no_more(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loops, "_OUTAGE_SECONDS", 0.05)
    kit.create_topic(kit.state_topic)
    kit.record(NoteState(note_id="a", version=1))
    log = Noting(kit.log, overtaken_by=kit)
    with relaying(kit, log) as running:
        running.until(lambda: len(log.batches) == 2 and waiting(kit) == 0)
        kit.record(NoteState(note_id="b"))
        running.until(lambda: waiting(kit) == 0)
    values = [[record.value for record in batch] for batch in log.batches]
    assert values == [
        [b'{"note_id":"a","version":1,"text":""}'],
        [b'{"note_id":"a","version":2,"text":""}'],
        [b'{"note_id":"b","version":1,"text":""}'],
    ]


def turned(one: Relay, since: float) -> bool:
    return one._beaten > since


def test_a_relay_that_waits_for_events_or_stands_by_turns_on(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A loop that does not show that it turns has its worker ended."""
    monkeypatch.setattr(relay, "_STANDBY_SECONDS", 0.05)
    log = Noting(kit.log)
    with relaying(kit, log) as one, relaying(kit, log) as other:
        for each in (one, other):
            each.until(partial(turned, each.relay, 0))
            each.until(partial(turned, each.relay, each.relay._beaten))


def published_ago(kit: Kit, note: str, ago: timedelta) -> None:
    kit.record(NoteWritten(note_id=note))
    kit.publish()
    with kit.database.connection() as connection:
        mine = update(Outbox).where(Outbox.aggregateid == note)
        connection.execute(mine.values(published_at=clock.now() - ago))


def kept(kit: Kit) -> list[str]:
    with kit.database.connection() as connection:
        return sorted(connection.execute(select(Outbox.aggregateid)).scalars())


def test_what_was_published_a_day_ago_is_tidied_away_once_a_minute(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    published_ago(kit, "old", timedelta(days=1, seconds=1))
    published_ago(kit, "young", timedelta(hours=23, minutes=50))
    kit.record(NoteWritten(note_id="waiting"))
    start, at = clock.now(), [0.0]
    monkeypatch.setattr(clock, "now", lambda: start + timedelta(seconds=at[0]))
    tidying = Relay(kit.database, kit.log)

    def tidied_after(seconds: float) -> list[str]:
        at[0] = seconds
        with kit.database.connection() as connection:
            tidying._tidy(connection)
        return kept(kit)

    assert tidied_after(60) == ["old", "waiting", "young"]
    assert tidied_after(60.5) == ["waiting", "young"]
    published_ago(kit, "old", timedelta(days=2))
    assert tidied_after(120) == ["old", "waiting", "young"]
    assert tidied_after(121) == ["waiting", "young"]


def test_a_relay_tidies_when_it_has_nothing_left_to_publish(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "_TIDY_SECONDS", 0)
    published_ago(kit, "old", timedelta(days=2))
    with relaying(kit, Noting(kit.log)) as running:
        running.until(lambda: kept(kit) == [])


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
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns, start = [Waits(2.5)], clock.now()

    def now() -> datetime:
        return start + timedelta(seconds=sum(sum(waits.noted) for waits in turns))

    monkeypatch.setattr(clock, "now", now)
    one = Relay(kit.database, kit.log)
    with kit.database.connection() as connection:
        one._lead(connection, turns[0])
    quiet = turns[0].noted
    assert quiet == sorted(quiet)
    assert (min(quiet), max(quiet)) == (0.03, 0.1)
    assert 2 < sum(pause for pause in quiet if pause < 0.1) < 2.1
    kit.record(NoteWritten(note_id="a"))
    turns.append(Waits(1))
    with kit.database.connection() as connection:
        one._lead(connection, turns[1])
    assert set(turns[1].noted) == {0.03}


def test_a_relay_names_its_service_in_what_it_sends_and_shows(kit: Kit) -> None:
    OUTBOX_AGE.clear()
    kit.record(NoteWritten(note_id="a"))
    log = Noting(kit.log)
    with relaying(kit, log):
        until(lambda: waiting(kit) == 0)
    assert age_shown(kit) is not None
    ((record,),) = log.batches
    assert record.headers["ce_source"] == f"/patron/{kit.schema}"

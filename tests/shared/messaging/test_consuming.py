"""What operators see of a consumer: counts, lag, reasons; and that an outage is no poison."""

import logging
from collections.abc import Sequence
from threading import Event, Thread
from typing import Any
from uuid import UUID

import pytest
from prometheus_client import REGISTRY
from pydantic import TypeAdapter, ValidationError
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from shared import tracing
from shared.clock import now
from shared.ids import new_id
from shared.messaging.consumer import Consumer, Handler, dead_letters, reason
from shared.messaging.envelope import Received, Record, headers
from shared.messaging.redrive import described
from tests.shared.kit import Kit, NoteWritten, record_of, until

OUTAGE = OperationalError("INSERT", {}, ConnectionError("gone"))


@pytest.fixture
def kit(kit: Kit) -> Kit:
    kit.create_topic(dead_letters(kit.schema))
    return kit


def nothing(session: Session, events: Sequence[NoteWritten]) -> None:
    """Have no effect, but fail on the note `poison`."""
    del session
    if any(event.note_id == "poison" for event in events):
        raise ValueError


def consumer(kit: Kit, handler: Handler = nothing) -> Consumer:
    handlers: dict[type, Handler] = {NoteWritten: handler}
    return Consumer(kit.database, kit.log, group=kit.schema, handlers=handlers)


def note(
    kit: Kit, note_id: str, *, kind: str = "written", traceparent: str | None = None
) -> Record:
    attributes = headers(
        event_id=new_id(),
        kind=f"patron.note.{kind}.v1",
        source="/patron/kit",
        time=now(),
        key=note_id,
        traceparent=traceparent,
    )
    return record_of(kit.topic, note_id, f'{{"note_id":"{note_id}"}}', **attributes)


def counted(kit: Kit, outcome: str) -> float | None:
    return REGISTRY.get_sample_value(
        "patron_consumed_total", {"service": kit.schema, "outcome": outcome}
    )


def test_every_record_is_counted_by_what_became_of_it(kit: Kit) -> None:
    told = [note(kit, "a"), note(kit, "poison"), note(kit, "b"), note(kit, "c", kind="burnt")]
    kit.log.append(told)
    consumer(kit).apply(kit.published())
    assert [counted(kit, each) for each in ("applied", "dead", "ignored")] == [2, 1, 1]


def test_a_dead_letter_says_where_it_came_from_and_is_logged_without_its_content(
    kit: Kit, caplog: pytest.LogCaptureFixture
) -> None:
    kit.log.append([note(kit, "a"), note(kit, "poison")])
    with caplog.at_level(logging.ERROR):
        consumer(kit).apply(kit.published())
    (origin,) = (item for item in kit.published() if item.record.key == "poison")
    (letter,) = kit.log.history(dead_letters(kit.schema))
    expected = {
        "topic": kit.topic,
        "partition": str(origin.partition),
        "offset": str(origin.offset),
    }
    assert described(letter).items() >= expected.items()
    (logged,) = (each.getMessage() for each in caplog.records if "dead_lettered" in each.message)
    assert "'event.dead_lettered'" in logged
    assert kit.topic in logged
    assert "note_id" not in logged


def test_a_consumer_reads_for_its_group_and_shows_its_lag_not_at_every_turn(kit: Kit) -> None:
    kit.log.append([note(kit, "a")])
    group = {"service": kit.schema}
    subscription = kit.log.subscribe(group=kit.schema, topics=[kit.topic])
    until(lambda: consumer(kit).turn(subscription) == 1)
    reading = consumer(kit)
    reading.turn(subscription)
    assert REGISTRY.get_sample_value("patron_consumer_lag_records", group) == 0
    kit.log.append([note(kit, "b")])
    until(lambda: subscription.lag() == 1)
    reading._show_lag(subscription)
    assert REGISTRY.get_sample_value("patron_consumer_lag_records", group) == 0
    subscription.close()


def test_what_a_running_consumer_has_applied_its_group_need_not_read_again(kit: Kit) -> None:
    kit.log.append([note(kit, "a")])
    running, stop = consumer(kit), Event()
    thread = Thread(target=running.run, args=(stop,))
    thread.start()
    until(lambda: counted(kit, "applied"))
    stop.set()
    thread.join()
    member = kit.log.subscribe(group=kit.schema, topics=[kit.topic])
    assert member.lag() == 0
    member.close()


def failing(*errors: Exception) -> tuple[Handler, list[int]]:
    """Give a handler that fails with these in turn, and how many events each call had."""
    left, calls = iter(errors), list[int]()

    def handle(session: Session, events: Sequence[NoteWritten]) -> None:
        del session
        calls.append(len(events))
        for error in left:
            raise error

    return handle, calls


def test_an_outage_parts_no_batch(kit: Kit) -> None:
    handle, calls = failing(OUTAGE)
    kit.log.append([note(kit, str(number)) for number in range(4)])
    with pytest.raises(OperationalError):
        consumer(kit, handle).apply(kit.published())
    assert calls == [4]


def test_an_outage_while_an_event_is_tried_once_more_buries_nothing(kit: Kit) -> None:
    handle, _ = failing(ValueError(), OUTAGE)
    kit.log.append([note(kit, "a")])
    with pytest.raises(OperationalError):
        consumer(kit, handle).apply(kit.published())
    assert list(kit.log.history(dead_letters(kit.schema))) == []


def test_work_for_events_of_several_traces_has_a_trace_of_its_own(kit: Kit) -> None:
    one, other = tracing.start(), tracing.start()
    seen: list[str] = []

    def noting(session: Session, events: Sequence[NoteWritten]) -> None:
        del session, events
        trace = tracing.current()
        seen.append(trace.trace_id if trace else "")

    def apply(*traces: tracing.Trace) -> None:
        batch = [Received(note(kit, "a", traceparent=each.traceparent), 0, 0) for each in traces]
        consumer(kit, noting).apply(batch)

    apply(one, one)
    apply(one, other)
    assert seen[0] == one.trace_id
    assert seen[1] not in {one.trace_id, other.trace_id, ""}


def invalid(kind: Any, value: object) -> ValidationError:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(kind).validate_python(value)
    return caught.value


def test_the_reason_names_the_place_inside_the_record_and_not_what_stands_there() -> None:
    error = invalid(dict[str, list[UUID]], {"a": ["王小明"]})
    assert reason(error).startswith("/a/0: ")
    assert "王小明" not in reason(error)


def test_a_long_reason_is_cut() -> None:
    assert len(reason(invalid(list[int], ["x"] * 100))) == 1000


def test_the_reason_of_an_error_is_its_kind_as_the_driver_names_it() -> None:
    assert reason(ValueError("王小明")) == "ValueError"
    assert reason(DBAPIError("INSERT", {}, KeyError("王小明"))) == "KeyError"

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
from shared.messaging.consumer import Consumer, Handler, dead_letter_topic, error_summary
from shared.messaging.envelope import ReceivedRecord, Record, headers
from shared.messaging.redrive import describe_dead_letter
from tests.shared.backend import Backend, NoteWritten, text_record, wait_until

OUTAGE = OperationalError("INSERT", {}, ConnectionError("gone"))


@pytest.fixture
def backend(backend: Backend) -> Backend:
    backend.create_topic(dead_letter_topic(backend.schema))
    return backend


def nothing(session: Session, events: Sequence[NoteWritten]) -> None:
    """Have no effect, but fail on the note `poison`."""
    del session
    if any(event.note_id == "poison" for event in events):
        raise ValueError


def consumer(backend: Backend, handler: Handler = nothing) -> Consumer:
    handlers: dict[type, Handler] = {NoteWritten: handler}
    return Consumer(backend.database, backend.log, group=backend.schema, handlers=handlers)


def note(
    backend: Backend, note_id: str, *, kind: str = "written", traceparent: str | None = None
) -> Record:
    attributes = headers(
        event_id=new_id(),
        kind=f"patron.note.{kind}.v1",
        source="/patron/notes",
        time=now(),
        key=note_id,
        traceparent=traceparent,
    )
    return text_record(backend.topic, note_id, f'{{"note_id":"{note_id}"}}', **attributes)


def counted(backend: Backend, outcome: str) -> float | None:
    return REGISTRY.get_sample_value(
        "patron_consumed_total", {"service": backend.schema, "outcome": outcome}
    )


def test_every_record_is_counted_by_what_became_of_it(backend: Backend) -> None:
    told = [
        note(backend, "a"),
        note(backend, "poison"),
        note(backend, "b"),
        note(backend, "c", kind="burnt"),
    ]
    backend.log.append(told)
    consumer(backend).apply(backend.published())
    assert [counted(backend, each) for each in ("applied", "dead", "ignored")] == [2, 1, 1]


def test_a_dead_letter_says_where_it_came_from_and_is_logged_without_its_content(
    backend: Backend, caplog: pytest.LogCaptureFixture
) -> None:
    backend.log.append([note(backend, "a"), note(backend, "poison")])
    with caplog.at_level(logging.ERROR):
        consumer(backend).apply(backend.published())
    (origin,) = (item for item in backend.published() if item.record.key == "poison")
    (letter,) = backend.log.history(dead_letter_topic(backend.schema))
    expected = {
        "topic": backend.topic,
        "partition": str(origin.partition),
        "offset": str(origin.offset),
    }
    assert describe_dead_letter(letter).items() >= expected.items()
    (logged,) = (each.getMessage() for each in caplog.records if "dead_lettered" in each.message)
    assert "'event.dead_lettered'" in logged
    assert backend.topic in logged
    assert "note_id" not in logged


def test_a_consumer_reads_for_its_group_and_shows_its_lag_not_at_every_turn(
    backend: Backend,
) -> None:
    backend.log.append([note(backend, "a")])
    group = {"service": backend.schema}
    subscription = backend.log.subscribe(group=backend.schema, topics=[backend.topic])
    wait_until(lambda: consumer(backend).poll_once(subscription) == 1)
    reading = consumer(backend)
    reading.poll_once(subscription)
    assert REGISTRY.get_sample_value("patron_consumer_lag_records", group) == 0
    backend.log.append([note(backend, "b")])
    wait_until(lambda: subscription.lag() == 1)
    reading._show_lag(subscription)
    assert REGISTRY.get_sample_value("patron_consumer_lag_records", group) == 0
    subscription.close()


def test_what_a_running_consumer_has_applied_its_group_need_not_read_again(
    backend: Backend,
) -> None:
    backend.log.append([note(backend, "a")])
    running, stop = consumer(backend), Event()
    thread = Thread(target=running.run, args=(stop,))
    thread.start()
    wait_until(lambda: counted(backend, "applied"))
    stop.set()
    thread.join()
    member = backend.log.subscribe(group=backend.schema, topics=[backend.topic])
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


def test_an_outage_parts_no_batch(backend: Backend) -> None:
    handle, calls = failing(OUTAGE)
    backend.log.append([note(backend, str(number)) for number in range(4)])
    with pytest.raises(OperationalError):
        consumer(backend, handle).apply(backend.published())
    assert calls == [4]


def test_an_outage_while_an_event_is_tried_once_more_buries_nothing(backend: Backend) -> None:
    handle, _ = failing(ValueError(), OUTAGE)
    backend.log.append([note(backend, "a")])
    with pytest.raises(OperationalError):
        consumer(backend, handle).apply(backend.published())
    assert list(backend.log.history(dead_letter_topic(backend.schema))) == []


def test_work_for_events_of_several_traces_has_a_trace_of_its_own(backend: Backend) -> None:
    one, other = tracing.start(), tracing.start()
    seen: list[str] = []

    def noting(session: Session, events: Sequence[NoteWritten]) -> None:
        del session, events
        trace = tracing.current()
        seen.append(trace.trace_id if trace else "")

    def apply(*traces: tracing.Trace) -> None:
        batch = [
            ReceivedRecord(note(backend, "a", traceparent=each.traceparent), 0, 0)
            for each in traces
        ]
        consumer(backend, noting).apply(batch)

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
    assert error_summary(error).startswith("/a/0: ")
    assert "王小明" not in error_summary(error)


def test_a_long_reason_is_cut() -> None:
    assert len(error_summary(invalid(list[int], ["x"] * 100))) == 1000


def test_the_reason_of_an_error_is_its_kind_as_the_driver_names_it() -> None:
    assert error_summary(ValueError("王小明")) == "ValueError"
    assert error_summary(DBAPIError("INSERT", {}, KeyError("王小明"))) == "KeyError"

"""The metrics, logs and traces of a consumer, and its behaviour in outages."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
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
from shared.messaging.dead_letters import DeadLetter
from shared.messaging.envelope import ReceivedRecord, Record, headers
from tests.shared.backend import Backend, NoteWritten, text_record, wait_until

OUTAGE = OperationalError("INSERT", {}, ConnectionError("gone"))


@pytest.fixture
def backend(backend: Backend) -> Backend:
    """Return the backend with the topic of dead letters."""
    backend.create_topic(dead_letter_topic(backend.schema))
    return backend


def accept(session: Session, events: Sequence[NoteWritten]) -> None:
    """Handle events by doing nothing, but fail if one of them is about the note `poison`."""
    del session
    if any(event.note_id == "poison" for event in events):
        raise ValueError


def new_consumer(backend: Backend, handler: Handler = accept) -> Consumer:
    """Return a consumer of the events about notes."""
    handlers: dict[type, Handler] = {NoteWritten: handler}
    return Consumer(backend.database, backend.log, group=backend.schema, handlers=handlers)


def note_record(
    backend: Backend, note_id: str, *, kind: str = "written", traceparent: str | None = None
) -> Record:
    """Return the record of an event about a note, of the type `patron.note.<kind>.v1`."""
    attributes = headers(
        event_id=new_id(),
        kind=f"patron.note.{kind}.v1",
        source="/patron/notes",
        time=now(),
        key=note_id,
        traceparent=traceparent,
    )
    return text_record(backend.topic, note_id, f'{{"note_id":"{note_id}"}}', **attributes)


def consumed_count(backend: Backend, outcome: str) -> float | None:
    """Return the metric of consumed records with this outcome."""
    return REGISTRY.get_sample_value(
        "patron_consumed_total", {"service": backend.schema, "outcome": outcome}
    )


def test_every_record_is_counted_by_its_outcome(backend: Backend) -> None:
    records = [
        note_record(backend, "a"),
        note_record(backend, "poison"),
        note_record(backend, "b"),
        note_record(backend, "c", kind="burnt"),
    ]
    backend.log.append(records)
    new_consumer(backend).apply(backend.published())
    assert [consumed_count(backend, each) for each in ("applied", "dead", "ignored")] == [2, 1, 1]


def test_a_dead_letter_has_its_origin_and_is_logged_without_its_content(
    backend: Backend, caplog: pytest.LogCaptureFixture
) -> None:
    backend.log.append([note_record(backend, "a"), note_record(backend, "poison")])
    with caplog.at_level(logging.ERROR):
        new_consumer(backend).apply(backend.published())
    (original,) = (item for item in backend.published() if item.record.key == "poison")
    (letter,) = backend.log.history(dead_letter_topic(backend.schema))
    expected = {
        "topic": backend.topic,
        "partition": str(original.partition),
        "offset": str(original.offset),
    }
    assert DeadLetter(letter).describe().items() >= expected.items()
    (logged,) = (each.getMessage() for each in caplog.records if "dead_lettered" in each.message)
    assert "'event.dead_lettered'" in logged
    assert backend.topic in logged
    assert "note_id" not in logged


def test_a_consumer_updates_the_metric_of_its_lag_only_every_few_seconds(
    backend: Backend,
) -> None:
    backend.log.append([note_record(backend, "a")])
    group = {"service": backend.schema}
    subscription = backend.log.subscribe(group=backend.schema, topics=[backend.topic])
    wait_until(lambda: new_consumer(backend).poll_once(subscription) == 1)
    consumer = new_consumer(backend)
    consumer.poll_once(subscription)
    assert REGISTRY.get_sample_value("patron_consumer_lag_records", group) == 0
    backend.log.append([note_record(backend, "b")])
    wait_until(lambda: subscription.lag() == 1)
    consumer._show_lag(subscription)
    assert REGISTRY.get_sample_value("patron_consumer_lag_records", group) == 0
    subscription.close()


def lag_metric(backend: Backend) -> float | None:
    """Return the metric of the lag; None if it is not exported."""
    return REGISTRY.get_sample_value("patron_consumer_lag_records", {"service": backend.schema})


@contextmanager
def consuming(backend: Backend, handler: Handler = accept) -> Iterator[Consumer]:
    """Run a consumer in a thread during the block."""
    consumer, stop = new_consumer(backend, handler), Event()
    thread = Thread(target=consumer.run, args=(stop,))
    thread.start()
    try:
        yield consumer
    finally:
        stop.set()
        thread.join()


def test_the_lag_is_exported_while_a_consumer_reads_and_not_after_it_left_the_group(
    backend: Backend,
) -> None:
    """A worker that reads no longer must not show its last lag for ever."""
    backend.log.append([note_record(backend, "a")])
    with consuming(backend):
        wait_until(lambda: lag_metric(backend) == 0)
    assert lag_metric(backend) is None


def test_during_an_outage_in_which_the_lag_cannot_be_measured_none_is_exported(
    backend: Backend,
) -> None:
    failed = Event()

    def fail(session: Session, events: Sequence[NoteWritten]) -> None:
        del session, events
        failed.set()
        raise OUTAGE

    with consuming(backend, fail) as consumer:
        wait_until(lambda: lag_metric(backend) == 0)
        backend.log.append([note_record(backend, "a")])
        wait_until(failed.is_set)
        wait_until(lambda: lag_metric(backend) is None)
        assert not consumer.is_stalled


def test_the_outcomes_of_consumed_events_are_counted_from_0_on(backend: Backend) -> None:
    new_consumer(backend)
    assert [consumed_count(backend, outcome) for outcome in ("applied", "ignored", "dead")] == [
        0,
        0,
        0,
    ]


def test_a_running_consumer_commits_the_offsets_of_the_events_it_applied(
    backend: Backend,
) -> None:
    backend.log.append([note_record(backend, "a")])
    consumer, stop = new_consumer(backend), Event()
    thread = Thread(target=consumer.run, args=(stop,))
    thread.start()
    wait_until(lambda: consumed_count(backend, "applied"))
    stop.set()
    thread.join()
    member = backend.log.subscribe(group=backend.schema, topics=[backend.topic])
    assert member.lag() == 0
    member.close()


def failing_handler(*errors: Exception) -> tuple[Handler, list[int]]:
    """Return a handler whose calls raise these errors in turn, and the sizes of its batches."""
    remaining, sizes = iter(errors), list[int]()

    def handle(session: Session, events: Sequence[NoteWritten]) -> None:
        del session
        sizes.append(len(events))
        for error in remaining:
            raise error

    return handle, sizes


def test_an_outage_is_raised_without_splitting_the_batch(backend: Backend) -> None:
    handle, sizes = failing_handler(OUTAGE)
    backend.log.append([note_record(backend, str(number)) for number in range(4)])
    with pytest.raises(OperationalError):
        new_consumer(backend, handle).apply(backend.published())
    assert sizes == [4]


def test_an_outage_during_the_retry_of_an_event_makes_no_dead_letter(backend: Backend) -> None:
    handle, _ = failing_handler(ValueError(), OUTAGE)
    backend.log.append([note_record(backend, "a")])
    with pytest.raises(OperationalError):
        new_consumer(backend, handle).apply(backend.published())
    assert list(backend.log.history(dead_letter_topic(backend.schema))) == []


def test_a_batch_with_events_of_several_traces_is_applied_in_a_new_trace(backend: Backend) -> None:
    one, other = tracing.start(), tracing.start()
    trace_ids: list[str] = []

    def collect_trace(session: Session, events: Sequence[NoteWritten]) -> None:
        del session, events
        trace = tracing.current()
        trace_ids.append(trace.trace_id if trace else "")

    def apply(*traces: tracing.Trace) -> None:
        batch = [
            ReceivedRecord(note_record(backend, "a", traceparent=each.traceparent), 0, 0)
            for each in traces
        ]
        new_consumer(backend, collect_trace).apply(batch)

    apply(one, one)
    apply(one, other)
    assert trace_ids[0] == one.trace_id
    assert trace_ids[1] not in {one.trace_id, other.trace_id, ""}


def validation_error(kind: Any, value: object) -> ValidationError:
    """Return the error that pydantic raises for a value that is invalid for the type `kind`."""
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(kind).validate_python(value)
    return caught.value


def test_the_summary_of_a_validation_error_has_the_pointer_but_not_the_value() -> None:
    error = validation_error(dict[str, list[UUID]], {"a": ["王小明"]})
    assert error_summary(error).startswith("/a/0: ")
    assert "王小明" not in error_summary(error)


def test_a_long_error_summary_is_cut_to_1000_characters() -> None:
    assert len(error_summary(validation_error(list[int], ["x"] * 100))) == 1000


def test_the_summary_of_any_other_error_is_the_name_of_its_class() -> None:
    """For an error of SQLAlchemy it is the class of the database driver's error."""
    assert error_summary(ValueError("王小明")) == "ValueError"
    assert error_summary(DBAPIError("INSERT", {}, KeyError("王小明"))) == "KeyError"

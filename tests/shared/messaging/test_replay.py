"""A replay applies all events again; afterwards the worker applies none of them once more."""

from collections.abc import Sequence

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.messaging import replay as replaying
from shared.messaging.consumer import Consumer, Handler, dead_letter_topic
from shared.messaging.replay import count_records, replay
from shared.models import Inbox
from tests.shared.backend import Backend, NoteState, NoteWritten


class RecordingHandler:
    """A handler that collects the ids of the notes in each batch of events."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []

    def __call__(self, session: Session, events: Sequence[NoteWritten | NoteState]) -> None:
        del session
        self.batches.append(sorted(event.note_id for event in events))

    @property
    def handlers(self) -> dict[type, Handler]:
        """The handlers of both classes of events: this object handles both."""
        return {NoteWritten: self, NoteState: self}


@pytest.fixture
def backend(backend: Backend) -> Backend:
    """Return the backend with the topics of states and dead letters."""
    backend.create_topic(backend.state_topic)
    backend.create_topic(dead_letter_topic(backend.schema))
    return backend


def publish(backend: Backend, *events: object) -> None:
    """Commit events and publish them."""
    backend.record(*events)
    backend.publish()


def consume_all(backend: Backend, handler: RecordingHandler) -> None:
    """Consume all records of the log, as the worker does: events in the inbox are skipped."""
    consumer = Consumer(
        backend.database, backend.log, group=backend.schema, handlers=handler.handlers
    )
    for topic in (backend.topic, backend.state_topic):
        consumer.apply(list(backend.log.history(topic)))


def inbox_size(backend: Backend) -> int:
    """Return the number of events in the inbox."""
    with backend.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Inbox)) or 0


def test_a_replay_applies_events_that_were_applied_before(backend: Backend) -> None:
    """The replay adds the new event `c` to the inbox, so the worker does not apply it again."""
    publish(backend, NoteWritten(note_id="a"), NoteWritten(note_id="b"))
    consume_all(backend, RecordingHandler())
    publish(backend, NoteWritten(note_id="c"))
    handler = RecordingHandler()
    progress = list(
        replay(backend.database, backend.log, service=backend.schema, handlers=handler.handlers)
    )
    assert handler.batches == [["a", "b", "c"]]
    assert progress == [(backend.topic, 3)]
    assert inbox_size(backend) == 3
    worker_handler = RecordingHandler()
    consume_all(backend, worker_handler)
    assert worker_handler.batches == []


def test_a_replay_reads_topic_after_topic_and_yields_its_progress(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replaying, "_BATCH", 2)
    publish(backend, *(NoteWritten(note_id=note) for note in "abc"), NoteState(note_id="d"))
    handler = RecordingHandler()
    progress = list(
        replay(backend.database, backend.log, service=backend.schema, handlers=handler.handlers)
    )
    assert progress == [(backend.topic, 2), (backend.topic, 3), (backend.state_topic, 1)]
    assert sorted(map(len, handler.batches)) == [1, 1, 2]
    assert sorted(note for batch in handler.batches for note in batch) == [*"abcd"]


def test_count_records_returns_the_number_of_records_in_each_topic(backend: Backend) -> None:
    publish(backend, *(NoteWritten(note_id=note) for note in "abc"), NoteState(note_id="d"))
    counts = list(count_records(backend.log, handlers=RecordingHandler().handlers))
    assert counts == [(backend.topic, 3), (backend.state_topic, 1)]


def test_an_event_that_fails_in_a_replay_becomes_a_dead_letter_of_the_service(
    backend: Backend,
) -> None:
    """The dead letter is written to the topic of the service, which its operators watch."""

    def failing_handler(session: Session, events: Sequence[NoteWritten]) -> None:
        del session, events
        raise ValueError

    publish(backend, NoteWritten(note_id="a"))
    handlers: dict[type, Handler] = {NoteWritten: failing_handler}
    list(replay(backend.database, backend.log, service=backend.schema, handlers=handlers))
    (letter,) = backend.log.history(dead_letter_topic(backend.schema))
    assert letter.record.key == "a"

"""What was heard has its effect once more, and what was not is not repeated by the worker."""

from collections.abc import Sequence

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.messaging import replay as replaying
from shared.messaging.consumer import Consumer, Handler, dead_letter_topic
from shared.messaging.replay import count_records, replay
from shared.models import Inbox
from tests.shared.backend import Backend, NoteState, NoteWritten


class Heard:
    """Notes whatever handlers are given, batch by batch."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []

    def __call__(self, session: Session, events: Sequence[NoteWritten | NoteState]) -> None:
        del session
        self.batches.append(sorted(event.note_id for event in events))

    @property
    def handlers(self) -> dict[type, Handler]:
        return {NoteWritten: self, NoteState: self}


@pytest.fixture
def backend(backend: Backend) -> Backend:
    backend.create_topic(backend.state_topic)
    backend.create_topic(dead_letter_topic(backend.schema))
    return backend


def tell(backend: Backend, *events: object) -> None:
    backend.record(*events)
    backend.publish()


def work(backend: Backend, heard: Heard) -> None:
    """Hear all there is, as the worker does."""
    consumer = Consumer(
        backend.database, backend.log, group=backend.schema, handlers=heard.handlers
    )
    for topic in (backend.topic, backend.state_topic):
        consumer.apply(list(backend.log.history(topic)))


def noted(backend: Backend) -> int:
    with backend.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Inbox)) or 0


def test_a_replay_gives_all_that_was_heard_its_effect_once_more(backend: Backend) -> None:
    """What was not heard yet is noted on the way, so that the worker does not repeat it."""
    tell(backend, NoteWritten(note_id="a"), NoteWritten(note_id="b"))
    work(backend, Heard())
    tell(backend, NoteWritten(note_id="c"))
    heard = Heard()
    told = list(
        replay(backend.database, backend.log, service=backend.schema, handlers=heard.handlers)
    )
    assert heard.batches == [["a", "b", "c"]]
    assert told == [(backend.topic, 3)]
    assert noted(backend) == 3
    worked = Heard()
    work(backend, worked)
    assert worked.batches == []


def test_a_replay_goes_topic_by_topic_and_tells_how_far_it_is(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replaying, "_BATCH", 2)
    tell(backend, *(NoteWritten(note_id=note) for note in "abc"), NoteState(note_id="d"))
    heard = Heard()
    told = list(
        replay(backend.database, backend.log, service=backend.schema, handlers=heard.handlers)
    )
    assert told == [(backend.topic, 2), (backend.topic, 3), (backend.state_topic, 1)]
    assert sorted(map(len, heard.batches)) == [1, 1, 2]
    assert sorted(note for batch in heard.batches for note in batch) == [*"abcd"]


def test_the_records_of_each_topic_are_counted(backend: Backend) -> None:
    tell(backend, *(NoteWritten(note_id=note) for note in "abc"), NoteState(note_id="d"))
    found = list(count_records(backend.log, handlers=Heard().handlers))
    assert found == [(backend.topic, 3), (backend.state_topic, 1)]


def test_a_letter_of_a_replay_is_of_the_service_that_replays(backend: Backend) -> None:
    """What a handler cannot take is put aside where the service's operators look."""

    def failing(session: Session, events: Sequence[NoteWritten]) -> None:
        del session, events
        raise ValueError

    tell(backend, NoteWritten(note_id="a"))
    handlers: dict[type, Handler] = {NoteWritten: failing}
    list(replay(backend.database, backend.log, service=backend.schema, handlers=handlers))
    (letter,) = backend.log.history(dead_letter_topic(backend.schema))
    assert letter.record.key == "a"

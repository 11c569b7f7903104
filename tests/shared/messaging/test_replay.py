"""What was heard has its effect once more, and what was not is not repeated by the worker."""

from collections.abc import Sequence

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.messaging import replay as replaying
from shared.messaging.consumer import Consumer, Handler, dead_letters
from shared.messaging.replay import counted, replay
from shared.models import Inbox
from tests.shared.kit import Kit, NoteState, NoteWritten


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
def kit(kit: Kit) -> Kit:
    kit.create_topic(kit.state_topic)
    kit.create_topic(dead_letters(kit.schema))
    return kit


def tell(kit: Kit, *events: object) -> None:
    kit.record(*events)
    kit.publish()


def work(kit: Kit, heard: Heard) -> None:
    """Hear all there is, as the worker does."""
    consumer = Consumer(kit.database, kit.log, group=kit.schema, handlers=heard.handlers)
    for topic in (kit.topic, kit.state_topic):
        consumer.apply(list(kit.log.history(topic)))


def noted(kit: Kit) -> int:
    with kit.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Inbox)) or 0


def test_a_replay_gives_all_that_was_heard_its_effect_once_more(kit: Kit) -> None:
    """What was not heard yet is noted on the way, so that the worker does not repeat it."""
    tell(kit, NoteWritten(note_id="a"), NoteWritten(note_id="b"))
    work(kit, Heard())
    tell(kit, NoteWritten(note_id="c"))
    heard = Heard()
    told = list(replay(kit.database, kit.log, service=kit.schema, handlers=heard.handlers))
    assert heard.batches == [["a", "b", "c"]]
    assert told == [(kit.topic, 3)]
    assert noted(kit) == 3
    worked = Heard()
    work(kit, worked)
    assert worked.batches == []


def test_a_replay_goes_topic_by_topic_and_tells_how_far_it_is(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replaying, "_AT_ONCE", 2)
    tell(kit, *(NoteWritten(note_id=note) for note in "abc"), NoteState(note_id="d"))
    heard = Heard()
    told = list(replay(kit.database, kit.log, service=kit.schema, handlers=heard.handlers))
    assert told == [(kit.topic, 2), (kit.topic, 3), (kit.state_topic, 1)]
    assert sorted(map(len, heard.batches)) == [1, 1, 2]
    assert sorted(note for batch in heard.batches for note in batch) == [*"abcd"]


def test_the_records_of_each_topic_are_counted(kit: Kit) -> None:
    tell(kit, *(NoteWritten(note_id=note) for note in "abc"), NoteState(note_id="d"))
    found = list(counted(kit.log, handlers=Heard().handlers))
    assert found == [(kit.topic, 3), (kit.state_topic, 1)]


def test_a_letter_of_a_replay_is_of_the_service_that_replays(kit: Kit) -> None:
    """What a handler cannot take is put aside where the service's operators look."""

    def failing(session: Session, events: Sequence[NoteWritten]) -> None:
        del session, events
        raise ValueError

    tell(kit, NoteWritten(note_id="a"))
    handlers: dict[type, Handler] = {NoteWritten: failing}
    list(replay(kit.database, kit.log, service=kit.schema, handlers=handlers))
    (letter,) = kit.log.history(dead_letters(kit.schema))
    assert letter.record.key == "a"

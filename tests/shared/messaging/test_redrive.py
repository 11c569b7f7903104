"""A redrive applies the dead letters of a service again; these tests check what it tries."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import select
from sqlalchemy.orm import Session

from shared import clock
from shared.ids import new_id
from shared.messaging import dead_letters
from shared.messaging.consumer import Handler, dead_letter_topic
from shared.messaging.dead_letters import (
    DeadLetter,
    UnknownDeadLetters,
    find_dead_letters,
    open_dead_letters,
    settle,
)
from shared.messaging.envelope import ReceivedRecord, Record, headers
from shared.messaging.redrive import NO_HANDLER, redrive
from shared.models import SettledDeadLetter
from tests.shared.backend import Backend, NoteState, NoteWritten

ORIGIN = {
    "patron_origin_topic": "patron.notes.note.events.v1",
    "patron_origin_partition": "3",
    "patron_origin_offset": "12",
    "patron_error": "ValueError at handlers.py:7",
    "patron_failed_at": "2026-12-01T08:00:00+00:00",
}


def dead_letter(backend: Backend, note_id: str, **more: str) -> Record:
    """Return a dead letter: the record of an event about a note, with headers of its origin."""
    attributes = headers(
        event_id=new_id(),
        kind="patron.note.written.v1",
        source="/patron/notes",
        time=clock.now(),
        key=note_id,
        traceparent=None,
    )
    value = f'{{"note_id":"{note_id}"}}'.encode()
    return Record(dead_letter_topic(backend.schema), note_id, value, attributes | ORIGIN | more)


def append(backend: Backend, *records: Record) -> None:
    """Create the topic of dead letters with these records."""
    backend.create_topic(dead_letter_topic(backend.schema))
    backend.log.append(records)


def refusing(session: Session, events: Sequence[NoteWritten]) -> None:
    """Handle events by failing, unless all of them are about the note `good`."""
    del session
    if any(event.note_id != "good" for event in events):
        raise ValueError


HANDLERS: dict[type, Handler] = {NoteWritten: refusing}


def listed(backend: Backend) -> list[DeadLetter]:
    """Return the open dead letters."""
    batches = open_dead_letters(backend.database, backend.log, service=backend.schema)
    return [letter for batch in batches for letter in batch]


def redriven(backend: Backend) -> list[tuple[int, list[dict[str, str]]]]:
    """Redrive all open dead letters; return the result of each batch."""
    batches = open_dead_letters(backend.database, backend.log, service=backend.schema)
    service = backend.schema
    results = redrive(
        backend.database, backend.log, batches, service=service, handlers=HANDLERS, by="ada"
    )
    return list(results)


def test_a_dead_letter_is_described_by_its_id_origin_type_time_and_error(backend: Backend) -> None:
    record = dead_letter(backend, "王小明", ce_id="0199a7c0-0000-7000-8000-000000000001")
    assert DeadLetter(ReceivedRecord(record, 0, 0)).describe() == {
        "id": "a3759187d767",
        "topic": "patron.notes.note.events.v1",
        "partition": "3",
        "offset": "12",
        "type": "patron.note.written.v1",
        "event_id": "0199a7c0-0000-7000-8000-000000000001",
        "failed_at": "2026-12-01T08:00:00+00:00",
        "error": "ValueError at handlers.py:7",
    }


def test_the_id_of_a_dead_letter_stays_when_its_topic_is_copied(backend: Backend) -> None:
    record = dead_letter(backend, "a")
    first, copy = (DeadLetter(ReceivedRecord(record, 0, offset)) for offset in (7, 0))
    assert first.id == copy.id


def test_an_event_that_fails_again_in_a_replay_is_another_dead_letter(backend: Backend) -> None:
    event_id = str(new_id())
    times = ("2026-12-01T08:00:00+00:00", "2026-12-02T08:00:00+00:00")
    ids = {
        DeadLetter(
            ReceivedRecord(dead_letter(backend, "a", ce_id=event_id, patron_failed_at=time), 0, 0)
        ).id
        for time in times
    }
    assert len(ids) == 2


def test_headers_that_a_dead_letter_lacks_are_empty_in_its_description() -> None:
    description = DeadLetter(ReceivedRecord(Record("t", "k", None, {}), 0, 0)).describe()
    assert {value for name, value in description.items() if name != "id"} == {""}


def test_a_redrive_tries_every_open_letter_and_returns_those_that_fail_with_the_new_error(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dead_letters, "_BATCH", 2)
    notes = ("bad", "good", "bad", "bad", "good")
    append(backend, *(dead_letter(backend, note_id) for note_id in notes))
    bad = {letter.id for letter in listed(backend) if letter.received.record.key == "bad"}
    results = redriven(backend)
    assert sum(applied for applied, _ in results) == 2
    failures = [failure for _, batch in results for failure in batch]
    assert {failure["id"] for failure in failures} == bad
    assert {failure["error"] for failure in failures} == {failures[0]["error"]}
    assert failures[0]["error"].startswith("ValueError at test_redrive.py:")
    group = {"service": backend.schema, "outcome": "applied"}
    assert REGISTRY.get_sample_value("patron_consumed_total", group) == 2
    assert [letter.id for letter in listed(backend) if letter.id not in bad] == []
    assert len(listed(backend)) == len(bad)


def test_who_settled_a_dead_letter_when_and_why_is_stored_once(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = datetime(2026, 12, 1, 8, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: moment)
    append(backend, dead_letter(backend, "good"), dead_letter(backend, "bad"))
    assert [applied for applied, _ in redriven(backend)] == [1]
    (letter,) = listed(backend)
    for reason in ("a test", "again"):
        with backend.database.transaction() as session:
            settle(session, [letter], is_discarded=True, by="bob", reason=reason)
    with backend.database.reading() as session:
        rows = session.scalars(select(SettledDeadLetter)).all()
    stored = {(row.is_discarded, row.settled_by, row.reason) for row in rows}
    assert stored == {(False, "ada", None), (True, "bob", "a test")}
    assert {row.settled_at for row in rows} == {moment}
    assert listed(backend) == []


def test_letters_are_found_by_their_ids_or_none_is_returned(backend: Backend) -> None:
    append(backend, *(dead_letter(backend, note_id) for note_id in "abc"))
    ids = sorted(letter.id for letter in listed(backend))
    found = find_dead_letters(backend.database, backend.log, ids[:2], service=backend.schema)
    assert sorted(letter.id for letter in found) == ids[:2]
    with pytest.raises(UnknownDeadLetters, match=r"the id 000000000000, 111111111111\."):
        find_dead_letters(
            backend.database,
            backend.log,
            [ids[0], "111111111111", "000000000000"],
            service=backend.schema,
        )


def test_a_letter_of_a_type_that_this_release_does_not_consume_stays_open(backend: Backend) -> None:
    append(backend, dead_letter(backend, "good", ce_type="patron.note.state.v1"))
    assert NoteState not in HANDLERS
    ((applied, (failure,)),) = redriven(backend)
    assert (applied, failure["error"]) == (0, NO_HANDLER)
    assert [letter.id for letter in listed(backend)] == [failure["id"]]

"""A redrive applies the dead letters of a service again; these tests check its counts and logs."""

import logging
from collections.abc import Sequence

import pytest
from prometheus_client import REGISTRY
from sqlalchemy.orm import Session

from shared.clock import now
from shared.ids import new_id
from shared.messaging import redrive as redriving
from shared.messaging.consumer import Handler, dead_letter_topic
from shared.messaging.envelope import ReceivedRecord, Record, headers
from shared.messaging.redrive import describe_dead_letter, redrive
from tests.shared.backend import Backend, NoteWritten

ORIGIN = {
    "patron_origin_topic": "patron.notes.note.events.v1",
    "patron_origin_partition": "3",
    "patron_origin_offset": "12",
    "patron_error": "ValueError at handlers.py:7",
}


def dead_letter(backend: Backend, note_id: str) -> Record:
    """Return a dead letter: the record of an event about a note, with headers of its origin."""
    attributes = headers(
        event_id=new_id(),
        kind="patron.note.written.v1",
        source="/patron/notes",
        time=now(),
        key=note_id,
        traceparent=None,
    )
    value = f'{{"note_id":"{note_id}"}}'.encode()
    return Record(dead_letter_topic(backend.schema), note_id, value, attributes | ORIGIN)


def test_a_dead_letter_is_described_by_its_origin_type_id_and_error(
    backend: Backend,
) -> None:
    record = dead_letter(backend, "王小明")
    assert describe_dead_letter(ReceivedRecord(record, 0, 0)) == {
        "topic": "patron.notes.note.events.v1",
        "partition": "3",
        "offset": "12",
        "type": "patron.note.written.v1",
        "id": record.headers["ce_id"],
        "error": "ValueError at handlers.py:7",
    }


def test_headers_that_a_dead_letter_lacks_are_empty_in_its_description() -> None:
    description = describe_dead_letter(ReceivedRecord(Record("t", "k", None, {}), 0, 0))
    assert set(description.values()) == {""}


def refusing(session: Session, events: Sequence[NoteWritten]) -> None:
    """Handle events by failing, unless all of them are about the note `good`."""
    del session
    if any(event.note_id != "good" for event in events):
        raise ValueError


def test_a_redrive_tries_every_dead_letter_and_counts_and_logs_those_that_fail(
    backend: Backend, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(redriving, "_BATCH", 2)
    backend.create_topic(dead_letter_topic(backend.schema))
    notes = ("bad", "good", "bad", "bad", "good")
    dead_letters = [dead_letter(backend, note_id) for note_id in notes]
    backend.log.append(dead_letters)
    handlers: dict[type, Handler] = {NoteWritten: refusing}
    with caplog.at_level(logging.WARNING):
        counts = redrive(backend.database, backend.log, service=backend.schema, handlers=handlers)
    assert counts == {"tried": 5, "failed": 3}
    logged = [each.getMessage() for each in caplog.records]
    logged = [message for message in logged if "'event.failed_again'" in message]
    for record in dead_letters:
        matching = [message for message in logged if record.headers["ce_id"] in message]
        assert len(matching) == (record.key == "bad")
        assert all("reason='ValueError at test_redrive.py:" in message for message in matching)
    group = {"service": backend.schema, "outcome": "applied"}
    assert REGISTRY.get_sample_value("patron_consumed_total", group) == 2

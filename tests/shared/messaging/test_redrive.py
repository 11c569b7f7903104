"""What operators are told of dead letters, and of what happens when they are driven again."""

import logging
from collections.abc import Sequence

import pytest
from prometheus_client import REGISTRY
from sqlalchemy.orm import Session

from shared.clock import now
from shared.ids import new_id
from shared.messaging import redrive as redriving
from shared.messaging.consumer import Handler, dead_letters
from shared.messaging.envelope import Received, Record, headers
from shared.messaging.redrive import described, redrive
from tests.shared.kit import Kit, NoteWritten

ORIGIN = {
    "patron_origin_topic": "patron.kit.note.events.v1",
    "patron_origin_partition": "3",
    "patron_origin_offset": "12",
    "patron_error": "ValueError at handlers.py:7",
}


def letter(kit: Kit, note_id: str) -> Record:
    attributes = headers(
        event_id=new_id(),
        kind="patron.note.written.v1",
        source="/patron/kit",
        time=now(),
        key=note_id,
        traceparent=None,
    )
    value = f'{{"note_id":"{note_id}"}}'.encode()
    return Record(dead_letters(kit.schema), note_id, value, attributes | ORIGIN)


def test_a_dead_letter_is_described_by_its_origin_its_event_and_what_was_wrong(kit: Kit) -> None:
    record = letter(kit, "王小明")
    assert described(Received(record, 0, 0)) == {
        "topic": "patron.kit.note.events.v1",
        "partition": "3",
        "offset": "12",
        "type": "patron.note.written.v1",
        "id": record.headers["ce_id"],
        "error": "ValueError at handlers.py:7",
    }


def test_what_a_dead_letter_does_not_say_is_empty() -> None:
    bare = described(Received(Record("t", "k", None, {}), 0, 0))
    assert set(bare.values()) == {""}


def refusing(session: Session, events: Sequence[NoteWritten]) -> None:
    """Refuse every note but `good`."""
    del session
    if any(event.note_id != "good" for event in events):
        raise ValueError


def test_every_letter_is_tried_and_what_fails_again_is_counted_and_logged(
    kit: Kit, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(redriving, "_AT_ONCE", 2)
    kit.create_topic(dead_letters(kit.schema))
    letters = [letter(kit, note_id) for note_id in ("bad", "good", "bad", "bad", "good")]
    kit.log.append(letters)
    handlers: dict[type, Handler] = {NoteWritten: refusing}
    with caplog.at_level(logging.WARNING):
        told = redrive(kit.database, kit.log, service=kit.schema, handlers=handlers)
    assert told == {"tried": 5, "failed": 3}
    logged = [each.getMessage() for each in caplog.records]
    logged = [message for message in logged if "'event.failed_again'" in message]
    for record in letters:
        named = [message for message in logged if record.headers["ce_id"] in message]
        assert len(named) == (record.key == "bad")
        assert all("reason='ValueError at test_redrive.py:" in message for message in named)
    group = {"service": kit.schema, "outcome": "applied"}
    assert REGISTRY.get_sample_value("patron_consumed_total", group) == 2

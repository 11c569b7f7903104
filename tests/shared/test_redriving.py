"""The command `redrive`: what it prints, what it stores and its exit status."""

import json
from collections.abc import Callable, Sequence

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from shared import logging
from shared.commands import main
from shared.messaging.consumer import dead_letter_topic
from shared.messaging.dead_letters import DeadLetter
from shared.messaging.envelope import ReceivedRecord
from shared.models import SettledDeadLetter
from shared.service import Service
from tests.shared.backend import Backend, NotesSettings, NoteWritten
from tests.shared.http.notes import create_app
from tests.shared.messaging.test_redrive import dead_letter

Redrive = Callable[..., tuple[int, list[dict[str, str]]]]


def handle_all_but_bad(session: Session, events: Sequence[NoteWritten]) -> None:
    """Handle events by failing if one of them is about the note `bad`."""
    del session
    if any(event.note_id == "bad" for event in events):
        raise ValueError


@pytest.fixture
def redrive(
    backend: Backend, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Redrive:
    """Return a function that runs the command and returns its status and its lines of output."""
    backend.create_topic(dead_letter_topic(backend.schema))
    settings = backend.settings
    environment = {
        "PATRON_DATA": str(settings.data),
        "PATRON_DATABASE_URL": settings.database_url,
        "PATRON_KAFKA_BOOTSTRAP": settings.kafka_bootstrap,
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value or "")
    monkeypatch.setattr(logging, "configure", lambda **_: None)  # as tests configure it
    service = Service(
        settings=type("Settings", (NotesSettings,), {"name": backend.schema}),
        create_app=create_app,
        handlers=lambda _settings: {NoteWritten: handle_all_but_bad},
    )

    def run(*arguments: str) -> tuple[int, list[dict[str, str]]]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as exiting:
            main(service, ["redrive", *arguments])
        lines = capsys.readouterr().out.splitlines()
        assert isinstance(exiting.value.code, int)
        return exiting.value.code, [json.loads(line) for line in lines]

    return run


def append(backend: Backend, *notes: str) -> list[str]:
    """Append dead letters about these notes; return their ids."""
    records = [dead_letter(backend, note) for note in notes]
    backend.log.append(records)
    return [DeadLetter(ReceivedRecord(record, 0, 0)).id for record in records]


def ids(lines: list[dict[str, str]]) -> set[str]:
    """Return the ids in these lines of output."""
    return {line["id"] for line in lines}


def test_the_status_is_1_if_a_letter_failed_and_only_failures_are_printed(
    backend: Backend, redrive: Redrive
) -> None:
    good, bad = append(backend, "good", "bad")
    status, letters = redrive("--dry-run")
    assert (status, ids(letters)) == (0, {good, bad})
    status, failed = redrive()
    assert (status, ids(failed)) == (1, {bad})
    assert failed[0].items() >= {"topic": "patron.notes.note.events.v1", "offset": "12"}.items()
    assert failed[0]["error"].startswith("ValueError at test_redriving.py:")
    assert ids(redrive("--dry-run")[1]) == {bad}


def test_only_the_named_letters_are_tried(backend: Backend, redrive: Redrive) -> None:
    first, second, third, bad = append(backend, "good", "good", "good", "bad")
    assert ids(redrive("--dry-run", "--only", first, bad)[1]) == {first, bad}
    assert redrive("--only", first, second) == (0, [])
    assert ids(redrive("--dry-run")[1]) == {third, bad}


def test_a_discarded_letter_is_never_listed_or_tried_again(
    backend: Backend, redrive: Redrive
) -> None:
    discarded, other = append(backend, "bad", "bad")
    assert ids(redrive("--dry-run", "--discard", discarded)[1]) == {discarded}
    assert redrive("--discard", discarded, "--reason", "a test", "--by", "ada") == (0, [])
    assert ids(redrive("--dry-run")[1]) == {other}
    assert ids(redrive()[1]) == {other}
    with backend.database.reading() as session:
        (stored,) = session.scalars(select(SettledDeadLetter)).all()
    assert (stored.id, stored.is_discarded, stored.settled_by, stored.reason) == (
        discarded,
        True,
        "ada",
        "a test",
    )


@pytest.mark.parametrize("option", ["--only", "--discard"])
def test_nothing_is_done_if_no_open_letter_has_one_of_the_ids(
    backend: Backend, redrive: Redrive, option: str
) -> None:
    (letter,) = append(backend, "good")
    assert redrive(option, letter, "0123456789ab") == (1, [])
    assert ids(redrive("--dry-run")[1]) == {letter}


def test_letters_are_not_tried_and_discarded_at_once(redrive: Redrive) -> None:
    assert redrive("--only", "0123456789ab", "--discard", "0123456789ab")[0] == 2
    assert redrive("--discard", "0123456789ab", "--reason", "x" * 1001)[0] == 2

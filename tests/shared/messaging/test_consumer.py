"""The effect of events: once each, poison put aside, outages waited out."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from uuid import UUID

import pytest
from sqlalchemy import Integer, String, insert, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from shared import loops, tracing
from shared.clock import now
from shared.ids import new_id
from shared.messaging import outbox
from shared.messaging.consumer import Consumer, Handler, dead_letter_topic
from shared.messaging.envelope import Record, headers
from shared.messaging.redrive import list_dead_letters, redrive
from shared.models import Outbox
from tests.shared.backend import Backend, NoteState, NoteWritten, text_record, wait_until


class Model(DeclarativeBase):
    """Tables of these tests."""


class Effect(Model):
    """One row for each effect that a note had."""

    __tablename__ = "effects"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    note: Mapped[str] = mapped_column(String(20))
    trace: Mapped[str | None] = mapped_column(String(40))


@pytest.fixture
def backend(backend: Backend) -> Backend:
    Model.metadata.create_all(backend.database.engine)
    backend.create_topic(backend.state_topic)
    backend.create_topic(dead_letter_topic(backend.schema))
    return backend


def note_down(session: Session, events: Sequence[NoteWritten]) -> None:
    """Have an effect, which fails on the note `poison`."""
    trace = tracing.current()
    trace_id = trace.trace_id if trace else None
    rows = [{"note": event.note_id, "trace": trace_id} for event in events]
    session.execute(insert(Effect), rows)
    if any(event.note_id == "poison" for event in events):
        raise ValueError("王小明 is not welcome")


def consumer(backend: Backend, handler: Handler = note_down) -> Consumer:
    handlers: dict[type, Handler] = {NoteWritten: handler}
    return Consumer(backend.database, backend.log, group=backend.schema, handlers=handlers)


@contextmanager
def consuming(backend: Backend, handler: Handler = note_down) -> Iterator[Consumer]:
    """Have a consumer run as it does in a worker."""
    running, stop = consumer(backend, handler), Event()
    thread = Thread(target=running.run, args=(stop,))
    thread.start()
    try:
        yield running
    finally:
        stop.set()
        thread.join()


def envelope(
    backend: Backend, note_id: str, *, event_id: UUID | None = None, value: str = ""
) -> Record:
    attributes = headers(
        event_id=event_id or new_id(),
        kind="patron.note.written.v1",
        source="/patron/notes",
        time=now(),
        key=note_id,
        traceparent=None,
    )
    return text_record(backend.topic, note_id, value or f'{{"note_id":"{note_id}"}}', **attributes)


def effects(backend: Backend) -> list[str]:
    with backend.database.reading() as session:
        return sorted(session.scalars(select(Effect.note)))


def apply(backend: Backend, *records: Record) -> None:
    """Give records their effect in one batch, as the log would give them."""
    backend.log.append(records)
    consumer(backend).apply(list(backend.published()))


def buried(backend: Backend) -> list[Record]:
    return [item.record for item in backend.log.history(dead_letter_topic(backend.schema))]


def test_an_event_has_its_effect_under_the_trace_it_was_recorded_with(backend: Backend) -> None:
    trace = tracing.start()
    backend.record(NoteWritten(note_id="a"), NoteWritten(note_id="b"))
    backend.publish()
    with consuming(backend):
        wait_until(lambda: effects(backend) == ["a", "b"])
    with backend.database.reading() as session:
        assert set(session.scalars(select(Effect.trace))) == {trace.trace_id}


def test_an_event_that_comes_twice_has_one_effect(backend: Backend) -> None:
    once = envelope(backend, "a", event_id=new_id())
    apply(backend, once, once)
    apply(backend, once)
    assert effects(backend) == ["a"]


def test_an_event_that_another_member_applies_meanwhile_has_one_effect(
    postgres_backend: Backend,
) -> None:
    """After a rebalance two members may hold the same event: the second waits for the first."""
    backend = postgres_backend
    Model.metadata.create_all(backend.database.engine)
    backend.log.append([envelope(backend, "a")])
    inside, go_on = Event(), Event()

    def slowly(session: Session, events: Sequence[NoteWritten]) -> None:
        note_down(session, events)
        inside.set()
        go_on.wait(20)

    items = backend.published()
    first = Thread(target=consumer(backend, slowly).apply, args=(items,))
    second = Thread(target=consumer(backend).apply, args=(items,))
    first.start()
    inside.wait(20)
    second.start()
    wait_until(lambda: waiting_for_a_lock(backend))
    go_on.set()
    first.join()
    second.join()
    assert effects(backend) == ["a"]
    assert buried(backend) == []


def waiting_for_a_lock(backend: Backend) -> bool:
    with backend.database.connection() as connection:
        waiting = text(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            " AND application_name = :name"
        )
        return bool(connection.execute(waiting, {"name": f"patron-{backend.schema}"}).scalar_one())


UNREADABLE = [
    ("{", "/"),
    ('{"version":1}', "/note_id"),
    ('{"note_id":"王小明","version":"many"}', "/version"),
    ("\x00", "/"),
]


@pytest.mark.parametrize(("value", "place"), UNREADABLE)
def test_what_cannot_be_read_is_put_aside_with_the_reason(
    backend: Backend, value: str, place: str
) -> None:
    bad = envelope(backend, "bad", value=value)
    apply(backend, envelope(backend, "a"), bad, envelope(backend, "b"))
    assert effects(backend) == ["a", "b"]
    (letter,) = buried(backend)
    assert (letter.key, letter.value) == (bad.key, bad.value)
    assert letter.headers.items() >= bad.headers.items()
    assert letter.headers["patron_origin_topic"] == backend.topic
    assert letter.headers["patron_error"].startswith(place.rstrip("/"))
    assert "王小明" not in letter.headers["patron_error"]


def test_a_record_without_id_or_type_is_put_aside(backend: Backend) -> None:
    nameless = text_record(backend.topic, "x", "{}")
    unknown_id = text_record(
        backend.topic, "y", '{"note_id":"y"}', ce_type="patron.note.written.v1"
    )
    apply(backend, nameless, unknown_id, envelope(backend, "a"))
    assert effects(backend) == ["a"]
    assert sorted(letter.key for letter in buried(backend)) == ["x", "y"]


def test_an_event_that_no_handler_can_take_stands_alone(backend: Backend) -> None:
    good = [str(number) for number in range(40)]
    records = [envelope(backend, note) for note in good]
    records.insert(17, envelope(backend, "poison"))
    apply(backend, *records)
    assert effects(backend) == sorted(good)
    (letter,) = buried(backend)
    assert letter.key == "poison"
    assert letter.headers["patron_error"].startswith("ValueError at test_consumer.py:")
    assert "王小明" not in letter.headers["patron_error"]


def test_a_failure_that_passes_buries_nothing(backend: Backend) -> None:
    """A race, say: what fails alone is tried once more."""
    failing = iter([ValueError])

    def failing_once(session: Session, events: Sequence[NoteWritten]) -> None:
        for error in failing:
            raise error
        note_down(session, events)

    backend.log.append([envelope(backend, "a")])
    consumer(backend, failing_once).apply(backend.published())
    assert effects(backend) == ["a"]
    assert buried(backend) == []


def test_unknown_types_tombstones_and_unknown_fields_are_no_trouble(backend: Backend) -> None:
    unknown = text_record(
        backend.topic, "u", "{}", ce_type="patron.note.burnt.v1", ce_id=str(new_id())
    )
    gone = text_record(
        backend.topic, "t", None, ce_type="patron.note.written.v1", ce_id=str(new_id())
    )
    newer = envelope(backend, "a", value='{"note_id":"a","colour":"red"}')
    apply(backend, unknown, gone, newer)
    assert effects(backend) == ["a"]
    assert buried(backend) == []


def test_a_missing_table_is_waited_for_and_buries_nothing(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker may start before its migration has run."""
    monkeypatch.setattr(loops, "_OUTAGE_SECONDS", 0.05)
    with backend.database.transaction() as session:
        session.execute(text("ALTER TABLE effects RENAME TO hidden"))
    backend.log.append([envelope(backend, "a")])
    waited = Event()
    monkeypatch.setattr(loops.Loop, "wait_if_outage", _noting(waited, loops.Loop.wait_if_outage))
    with consuming(backend):
        wait_until(waited.is_set)
        with backend.database.transaction() as session:
            session.execute(text("ALTER TABLE hidden RENAME TO effects"))
        wait_until(lambda: effects(backend) == ["a"])
    assert buried(backend) == []


def _noting(noted: Event, then: object) -> object:
    def note(*arguments: object) -> None:
        noted.set()
        then(*arguments)  # type: ignore[operator]

    return note


def test_a_lost_connection_is_waited_out(
    postgres_backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loops, "_OUTAGE_SECONDS", 0.05)
    backend, killed = postgres_backend, iter([True])
    Model.metadata.create_all(backend.database.engine)

    def killing_its_own_backend_once(session: Session, events: Sequence[NoteWritten]) -> None:
        note_down(session, events)
        if next(killed, False):
            session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    backend.log.append([envelope(backend, "a"), envelope(backend, "b")])
    with consuming(backend, killing_its_own_backend_once):
        wait_until(lambda: effects(backend) == ["a", "b"])
    assert buried(backend) == []


def test_a_vanished_database_file_is_waited_out(
    tmp_path: Path, backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loops, "_OUTAGE_SECONDS", 0.05)
    if not backend.database.is_sqlite:
        return
    waited = Event()
    monkeypatch.setattr(loops.Loop, "wait_if_outage", _noting(waited, loops.Loop.wait_if_outage))
    backend.database.close()
    here, away = tmp_path / "notes.db", tmp_path / "away.db"
    here.rename(away)
    backend.log.append([envelope(backend, "a")])
    with consuming(backend):
        wait_until(waited.is_set)
        backend.database.close()
        away.replace(here)
        wait_until(lambda: effects(backend) == ["a"])


def test_facts_and_states_of_one_noun_go_to_topics_of_their_own(backend: Backend) -> None:
    """Facts and states of one noun travel on topics of their own; only what is asked for comes."""
    with backend.database.transaction() as session:
        outbox.record(session, NoteState(note_id="a"), NoteWritten(note_id="b"))
        topics = set(session.scalars(select(Outbox.aggregatetype)))
    assert topics == {backend.topic, backend.state_topic}


def test_dead_letters_are_listed_and_driven_again(backend: Backend) -> None:
    apply(backend, envelope(backend, "poison"), envelope(backend, "bad", value="{"))
    told = sorted(
        list_dead_letters(backend.log, service=backend.schema), key=lambda letter: letter["error"]
    )
    assert [letter["topic"] for letter in told] == [backend.topic, backend.topic]
    assert told[1]["error"].startswith("ValueError at")
    assert effects(backend) == []

    def mended(session: Session, events: Sequence[NoteWritten]) -> None:
        session.execute(insert(Effect), [{"note": event.note_id} for event in events])

    handlers: dict[type, Handler] = {NoteWritten: mended}
    for _ in range(2):
        tried = redrive(backend.database, backend.log, service=backend.schema, handlers=handlers)
        assert tried == {"tried": 2, "failed": 1}
        assert effects(backend) == ["poison"]
    assert len(buried(backend)) == 2

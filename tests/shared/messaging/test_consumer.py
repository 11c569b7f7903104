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
from shared.messaging.consumer import Consumer, Handler, dead_letters
from shared.messaging.envelope import Record, headers
from shared.messaging.redrive import listed, redrive
from shared.models import Outbox
from tests.shared.kit import Kit, NoteState, NoteWritten, record_of, until


class Model(DeclarativeBase):
    """Tables of these tests."""


class Effect(Model):
    """One row for each effect that a note had."""

    __tablename__ = "effects"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    note: Mapped[str] = mapped_column(String(20))
    trace: Mapped[str | None] = mapped_column(String(40))


@pytest.fixture
def kit(kit: Kit) -> Kit:
    Model.metadata.create_all(kit.database.engine)
    kit.create_topic(kit.state_topic)
    kit.create_topic(dead_letters(kit.schema))
    return kit


def note_down(session: Session, events: Sequence[NoteWritten]) -> None:
    """Have an effect, which fails on the note `poison`."""
    trace = tracing.current()
    trace_id = trace.trace_id if trace else None
    rows = [{"note": event.note_id, "trace": trace_id} for event in events]
    session.execute(insert(Effect), rows)
    if any(event.note_id == "poison" for event in events):
        raise ValueError("王小明 is not welcome")


def consumer(kit: Kit, handler: Handler = note_down) -> Consumer:
    handlers: dict[type, Handler] = {NoteWritten: handler}
    return Consumer(kit.database, kit.log, group=kit.schema, handlers=handlers)


@contextmanager
def consuming(kit: Kit, handler: Handler = note_down) -> Iterator[Consumer]:
    """Have a consumer run as it does in a worker."""
    running, stop = consumer(kit, handler), Event()
    thread = Thread(target=running.run, args=(stop,))
    thread.start()
    try:
        yield running
    finally:
        stop.set()
        thread.join()


def envelope(kit: Kit, note_id: str, *, event_id: UUID | None = None, value: str = "") -> Record:
    attributes = headers(
        event_id=event_id or new_id(),
        kind="patron.note.written.v1",
        source="/patron/kit",
        time=now(),
        key=note_id,
        traceparent=None,
    )
    return record_of(kit.topic, note_id, value or f'{{"note_id":"{note_id}"}}', **attributes)


def effects(kit: Kit) -> list[str]:
    with kit.database.reading() as session:
        return sorted(session.scalars(select(Effect.note)))


def apply(kit: Kit, *records: Record) -> None:
    """Give records their effect in one batch, as the log would give them."""
    kit.log.append(records)
    consumer(kit).apply(list(kit.published()))


def buried(kit: Kit) -> list[Record]:
    return [item.record for item in kit.log.history(dead_letters(kit.schema))]


def test_an_event_has_its_effect_under_the_trace_it_was_recorded_with(kit: Kit) -> None:
    trace = tracing.start()
    kit.record(NoteWritten(note_id="a"), NoteWritten(note_id="b"))
    kit.publish()
    with consuming(kit):
        until(lambda: effects(kit) == ["a", "b"])
    with kit.database.reading() as session:
        assert set(session.scalars(select(Effect.trace))) == {trace.trace_id}


def test_an_event_that_comes_twice_has_one_effect(kit: Kit) -> None:
    once = envelope(kit, "a", event_id=new_id())
    apply(kit, once, once)
    apply(kit, once)
    assert effects(kit) == ["a"]


def test_an_event_that_another_member_applies_meanwhile_has_one_effect(postgres_kit: Kit) -> None:
    """After a rebalance two members may hold the same event: the second waits for the first."""
    kit = postgres_kit
    Model.metadata.create_all(kit.database.engine)
    kit.log.append([envelope(kit, "a")])
    inside, go_on = Event(), Event()

    def slowly(session: Session, events: Sequence[NoteWritten]) -> None:
        note_down(session, events)
        inside.set()
        go_on.wait(20)

    items = kit.published()
    first = Thread(target=consumer(kit, slowly).apply, args=(items,))
    second = Thread(target=consumer(kit).apply, args=(items,))
    first.start()
    inside.wait(20)
    second.start()
    until(lambda: waiting_for_a_lock(kit))
    go_on.set()
    first.join()
    second.join()
    assert effects(kit) == ["a"]
    assert buried(kit) == []


def waiting_for_a_lock(kit: Kit) -> bool:
    with kit.database.connection() as connection:
        waiting = text(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            " AND application_name = :name"
        )
        return bool(connection.execute(waiting, {"name": f"patron-{kit.schema}"}).scalar_one())


UNREADABLE = [
    ("{", "/"),
    ('{"version":1}', "/note_id"),
    ('{"note_id":"王小明","version":"many"}', "/version"),
    ("\x00", "/"),
]


@pytest.mark.parametrize(("value", "place"), UNREADABLE)
def test_what_cannot_be_read_is_put_aside_with_the_reason(kit: Kit, value: str, place: str) -> None:
    bad = envelope(kit, "bad", value=value)
    apply(kit, envelope(kit, "a"), bad, envelope(kit, "b"))
    assert effects(kit) == ["a", "b"]
    (letter,) = buried(kit)
    assert (letter.key, letter.value) == (bad.key, bad.value)
    assert letter.headers.items() >= bad.headers.items()
    assert letter.headers["patron_origin_topic"] == kit.topic
    assert letter.headers["patron_error"].startswith(place.rstrip("/"))
    assert "王小明" not in letter.headers["patron_error"]


def test_a_record_without_id_or_type_is_put_aside(kit: Kit) -> None:
    nameless = record_of(kit.topic, "x", "{}")
    unknown_id = record_of(kit.topic, "y", '{"note_id":"y"}', ce_type="patron.note.written.v1")
    apply(kit, nameless, unknown_id, envelope(kit, "a"))
    assert effects(kit) == ["a"]
    assert sorted(letter.key for letter in buried(kit)) == ["x", "y"]


def test_an_event_that_no_handler_can_take_stands_alone(kit: Kit) -> None:
    good = [str(number) for number in range(40)]
    records = [envelope(kit, note) for note in good]
    records.insert(17, envelope(kit, "poison"))
    apply(kit, *records)
    assert effects(kit) == sorted(good)
    (letter,) = buried(kit)
    assert letter.key == "poison"
    assert letter.headers["patron_error"].startswith("ValueError at test_consumer.py:")
    assert "王小明" not in letter.headers["patron_error"]


def test_a_failure_that_passes_buries_nothing(kit: Kit) -> None:
    """A race, say: what fails alone is tried once more."""
    failing = iter([ValueError])

    def failing_once(session: Session, events: Sequence[NoteWritten]) -> None:
        for error in failing:
            raise error
        note_down(session, events)

    kit.log.append([envelope(kit, "a")])
    consumer(kit, failing_once).apply(kit.published())
    assert effects(kit) == ["a"]
    assert buried(kit) == []


def test_unknown_types_tombstones_and_unknown_fields_are_no_trouble(kit: Kit) -> None:
    unknown = record_of(kit.topic, "u", "{}", ce_type="patron.note.burnt.v1", ce_id=str(new_id()))
    gone = record_of(kit.topic, "t", None, ce_type="patron.note.written.v1", ce_id=str(new_id()))
    newer = envelope(kit, "a", value='{"note_id":"a","colour":"red"}')
    apply(kit, unknown, gone, newer)
    assert effects(kit) == ["a"]
    assert buried(kit) == []


def test_a_missing_table_is_waited_for_and_buries_nothing(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker may start before its migration has run."""
    monkeypatch.setattr(loops, "_OUTAGE_SECONDS", 0.05)
    with kit.database.transaction() as session:
        session.execute(text("ALTER TABLE effects RENAME TO hidden"))
    kit.log.append([envelope(kit, "a")])
    waited = Event()
    monkeypatch.setattr(loops.Loop, "wait_out", _noting(waited, loops.Loop.wait_out))
    with consuming(kit):
        until(waited.is_set)
        with kit.database.transaction() as session:
            session.execute(text("ALTER TABLE hidden RENAME TO effects"))
        until(lambda: effects(kit) == ["a"])
    assert buried(kit) == []


def _noting(noted: Event, then: object) -> object:
    def note(*arguments: object) -> None:
        noted.set()
        then(*arguments)  # type: ignore[operator]

    return note


def test_a_lost_connection_is_waited_out(
    postgres_kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loops, "_OUTAGE_SECONDS", 0.05)
    kit, killed = postgres_kit, iter([True])
    Model.metadata.create_all(kit.database.engine)

    def killing_its_own_backend_once(session: Session, events: Sequence[NoteWritten]) -> None:
        note_down(session, events)
        if next(killed, False):
            session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    kit.log.append([envelope(kit, "a"), envelope(kit, "b")])
    with consuming(kit, killing_its_own_backend_once):
        until(lambda: effects(kit) == ["a", "b"])
    assert buried(kit) == []


def test_a_vanished_database_file_is_waited_out(
    tmp_path: Path, kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loops, "_OUTAGE_SECONDS", 0.05)
    if not kit.database.is_sqlite:
        return
    waited = Event()
    monkeypatch.setattr(loops.Loop, "wait_out", _noting(waited, loops.Loop.wait_out))
    kit.database.close()
    here, away = tmp_path / "kit.db", tmp_path / "away.db"
    here.rename(away)
    kit.log.append([envelope(kit, "a")])
    with consuming(kit):
        until(waited.is_set)
        kit.database.close()
        away.replace(here)
        until(lambda: effects(kit) == ["a"])


def test_facts_and_states_of_one_noun_go_to_topics_of_their_own(kit: Kit) -> None:
    """Facts and states of one noun travel on topics of their own; only what is asked for comes."""
    with kit.database.transaction() as session:
        outbox.record(session, NoteState(note_id="a"), NoteWritten(note_id="b"))
        topics = set(session.scalars(select(Outbox.aggregatetype)))
    assert topics == {kit.topic, kit.state_topic}


def test_dead_letters_are_listed_and_driven_again(kit: Kit) -> None:
    apply(kit, envelope(kit, "poison"), envelope(kit, "bad", value="{"))
    told = sorted(listed(kit.log, service=kit.schema), key=lambda letter: letter["error"])
    assert [letter["topic"] for letter in told] == [kit.topic, kit.topic]
    assert told[1]["error"].startswith("ValueError at")
    assert effects(kit) == []

    def mended(session: Session, events: Sequence[NoteWritten]) -> None:
        session.execute(insert(Effect), [{"note": event.note_id} for event in events])

    handlers: dict[type, Handler] = {NoteWritten: mended}
    for _ in range(2):
        tried = redrive(kit.database, kit.log, service=kit.schema, handlers=handlers)
        assert tried == {"tried": 2, "failed": 1}
        assert effects(kit) == ["poison"]
    assert len(buried(kit)) == 2

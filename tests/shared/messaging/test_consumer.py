"""A consumer applies each event once, makes dead letters of failing ones, and waits in outages."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
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
from shared.messaging.dead_letters import open_dead_letters
from shared.messaging.envelope import ReceivedRecord, Record, headers
from shared.messaging.redrive import redrive
from shared.messaging.tombstones import Tombstone, WithdrawalReason, class_of
from shared.models import Outbox
from tests.shared.backend import Backend, NoteState, NoteWritten, text_record, wait_until


class Model(DeclarativeBase):
    """The base class of the table of these tests."""


class Effect(Model):
    """The table `effects`: a row for each time that an event about a note was applied."""

    __tablename__ = "effects"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    note: Mapped[str] = mapped_column(String(20))
    trace: Mapped[str | None] = mapped_column(String(40))


@pytest.fixture
def backend(backend: Backend) -> Backend:
    """Return the backend with the table `effects` and the topics of states and dead letters."""
    Model.metadata.create_all(backend.database.engine)
    backend.create_topic(backend.state_topic)
    backend.create_topic(dead_letter_topic(backend.schema))
    return backend


def insert_effects(session: Session, events: Sequence[NoteWritten]) -> None:
    """Insert an effect for each event, then fail if one of them is about the note `poison`."""
    trace = tracing.current()
    trace_id = trace.trace_id if trace else None
    rows = [{"note": event.note_id, "trace": trace_id} for event in events]
    session.execute(insert(Effect), rows)
    if any(event.note_id == "poison" for event in events):
        raise ValueError("王小明 is not welcome")


def new_consumer(backend: Backend, handler: Handler = insert_effects) -> Consumer:
    """Return a consumer of the events about notes."""
    handlers: dict[type, Handler] = {NoteWritten: handler}
    return Consumer(backend.database, backend.log, group=backend.schema, handlers=handlers)


@contextmanager
def consuming(backend: Backend, handler: Handler = insert_effects) -> Iterator[Consumer]:
    """Run a consumer in a thread, as a worker does."""
    consumer, stop = new_consumer(backend, handler), Event()
    thread = Thread(target=consumer.run, args=(stop,))
    thread.start()
    try:
        yield consumer
    finally:
        stop.set()
        thread.join()


def note_record(
    backend: Backend, note_id: str, *, event_id: UUID | None = None, value: str = ""
) -> Record:
    """Return the record of an event about a note; `value` replaces its valid JSON."""
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
    """Return the note of each row of `effects`, sorted."""
    with backend.database.reading() as session:
        return sorted(session.scalars(select(Effect.note)))


def apply(backend: Backend, *records: Record) -> None:
    """Append records to the log, and apply all records of the log in one batch."""
    backend.log.append(records)
    new_consumer(backend).apply(list(backend.published()))


def dead_letters(backend: Backend) -> list[Record]:
    """Return the records on the topic of dead letters."""
    return [item.record for item in backend.log.history(dead_letter_topic(backend.schema))]


def test_an_event_is_applied_in_the_trace_in_which_it_was_recorded(backend: Backend) -> None:
    trace = tracing.start()
    backend.record(NoteWritten(note_id="a"), NoteWritten(note_id="b"))
    backend.publish()
    with consuming(backend):
        wait_until(lambda: effects(backend) == ["a", "b"])
    with backend.database.reading() as session:
        assert set(session.scalars(select(Effect.trace))) == {trace.trace_id}


def test_an_event_that_is_received_twice_is_applied_once(backend: Backend) -> None:
    record = note_record(backend, "a", event_id=new_id())
    apply(backend, record, record)
    apply(backend, record)
    assert effects(backend) == ["a"]


def test_an_event_that_two_members_of_the_group_apply_at_once_is_applied_once(
    postgres_backend: Backend,
) -> None:
    """After a rebalance two members may have polled the same event; the second member waits."""
    backend = postgres_backend
    Model.metadata.create_all(backend.database.engine)
    backend.log.append([note_record(backend, "a")])
    entered, released = Event(), Event()

    def insert_slowly(session: Session, events: Sequence[NoteWritten]) -> None:
        insert_effects(session, events)
        entered.set()
        released.wait(20)

    items = backend.published()
    first = Thread(target=new_consumer(backend, insert_slowly).apply, args=(items,))
    second = Thread(target=new_consumer(backend).apply, args=(items,))
    first.start()
    entered.wait(20)
    second.start()
    wait_until(lambda: is_waiting_for_a_lock(backend))
    released.set()
    first.join()
    second.join()
    assert effects(backend) == ["a"]
    assert dead_letters(backend) == []


def is_waiting_for_a_lock(backend: Backend) -> bool:
    """Return whether a connection of the backend waits for a lock."""
    with backend.database.connection() as connection:
        waiting = text(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            " AND application_name = :name"
        )
        return bool(connection.execute(waiting, {"name": f"patron-{backend.schema}"}).scalar_one())


INVALID_VALUES = [
    ("{", "/"),
    ('{"version":1}', "/note_id"),
    ('{"note_id":"王小明","version":"many"}', "/version"),
    ("\x00", "/"),
]


@pytest.mark.parametrize(("value", "pointer"), INVALID_VALUES)
def test_an_invalid_record_becomes_a_dead_letter_with_its_origin_and_error(
    backend: Backend, value: str, pointer: str
) -> None:
    invalid = note_record(backend, "bad", value=value)
    apply(backend, note_record(backend, "a"), invalid, note_record(backend, "b"))
    assert effects(backend) == ["a", "b"]
    (letter,) = dead_letters(backend)
    assert (letter.key, letter.value) == (invalid.key, invalid.value)
    assert letter.headers.items() >= invalid.headers.items()
    assert letter.headers["patron_origin_topic"] == backend.topic
    assert letter.headers["patron_error"].startswith(pointer.rstrip("/"))
    assert "王小明" not in letter.headers["patron_error"]


def test_a_record_without_an_id_or_a_type_becomes_a_dead_letter(backend: Backend) -> None:
    without_type = text_record(backend.topic, "x", "{}")
    without_id = text_record(
        backend.topic, "y", '{"note_id":"y"}', ce_type="patron.note.written.v1"
    )
    apply(backend, without_type, without_id, note_record(backend, "a"))
    assert effects(backend) == ["a"]
    assert sorted(letter.key for letter in dead_letters(backend)) == ["x", "y"]


def test_only_the_event_of_a_batch_that_fails_becomes_a_dead_letter(backend: Backend) -> None:
    good = [str(number) for number in range(40)]
    records = [note_record(backend, note) for note in good]
    records.insert(17, note_record(backend, "poison"))
    apply(backend, *records)
    assert effects(backend) == sorted(good)
    (letter,) = dead_letters(backend)
    assert letter.key == "poison"
    assert letter.headers["patron_error"].startswith("ValueError at test_consumer.py:")
    assert "王小明" not in letter.headers["patron_error"]


def test_an_event_that_fails_once_is_tried_again_and_applied(backend: Backend) -> None:
    """The event may have failed because of another transaction at the same time."""
    calls = count(1)

    def fail_once(session: Session, events: Sequence[NoteWritten]) -> None:
        if next(calls) == 1:
            raise ValueError
        insert_effects(session, events)

    backend.log.append([note_record(backend, "a")])
    new_consumer(backend, fail_once).apply(backend.published())
    assert effects(backend) == ["a"]
    assert dead_letters(backend) == []


def test_a_handler_of_states_gets_tombstones_in_the_order_of_the_log(backend: Backend) -> None:
    with backend.database.transaction() as session:
        outbox.record(session, NoteState(note_id="a"))
        outbox.record_tombstones(session, NoteState, ["b"], reason=WithdrawalReason.RESTORED)
    backend.publish()
    seen: list[object] = []
    handlers: dict[type, Handler] = {NoteState: lambda _session, events: seen.extend(events)}
    consumer = Consumer(backend.database, backend.log, group=backend.schema, handlers=handlers)
    consumer.apply(list(backend.log.history(backend.state_topic)))
    expected = {NoteState(note_id="a"), Tombstone(NoteState, "b", WithdrawalReason.RESTORED)}
    assert set(seen) == expected
    assert [class_of(each) for each in seen] == [NoteState, NoteState]


def test_a_tombstone_without_a_reason_erases_and_one_with_an_unknown_reason_is_a_dead_letter(
    backend: Backend,
) -> None:
    seen: list[Tombstone] = []
    headers_of = {"ce_type": "patron.note.state.v1"}
    bare = text_record(backend.state_topic, "a", None, ce_id=str(new_id()), **headers_of)
    strange = text_record(
        backend.state_topic,
        "b",
        None,
        ce_id=str(new_id()),
        patron_reason="because",
        **headers_of,
    )
    handlers: dict[type, Handler] = {NoteState: lambda _session, events: seen.extend(events)}
    consumer = Consumer(backend.database, backend.log, group=backend.schema, handlers=handlers)
    consumer.apply([ReceivedRecord(bare, 0, 0), ReceivedRecord(strange, 0, 1)])
    assert seen == [Tombstone(NoteState, "a", WithdrawalReason.ERASED)]
    assert [letter.key for letter in dead_letters(backend)] == ["b"]


def test_events_of_unknown_types_tombstones_of_facts_and_unknown_fields_are_ignored(
    backend: Backend,
) -> None:
    unknown = text_record(
        backend.topic, "u", "{}", ce_type="patron.note.burnt.v1", ce_id=str(new_id())
    )
    tombstone = text_record(
        backend.topic, "t", None, ce_type="patron.note.written.v1", ce_id=str(new_id())
    )
    with_new_field = note_record(backend, "a", value='{"note_id":"a","colour":"red"}')
    apply(backend, unknown, tombstone, with_new_field)
    assert effects(backend) == ["a"]
    assert dead_letters(backend) == []


def test_while_a_table_is_missing_the_consumer_waits_without_dead_letters(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker may start before the migration that creates the table."""
    monkeypatch.setattr(loops, "_OUTAGE_SECONDS", 0.05)
    with backend.database.transaction() as session:
        session.execute(text("ALTER TABLE effects RENAME TO hidden"))
    backend.log.append([note_record(backend, "a")])
    waited = Event()
    monkeypatch.setattr(
        loops.Loop, "wait_if_outage", _set_and_call(waited, loops.Loop.wait_if_outage)
    )
    with consuming(backend):
        wait_until(waited.is_set)
        with backend.database.transaction() as session:
            session.execute(text("ALTER TABLE hidden RENAME TO effects"))
        wait_until(lambda: effects(backend) == ["a"])
    assert dead_letters(backend) == []


def _set_and_call(called: Event, function: object) -> object:
    """Return a function that sets a threading event and then calls the given function."""

    def call(*arguments: object) -> None:
        called.set()
        function(*arguments)  # type: ignore[operator]

    return call


def test_after_a_lost_connection_the_batch_is_applied_again_without_dead_letters(
    postgres_backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loops, "_OUTAGE_SECONDS", 0.05)
    backend, kills = postgres_backend, iter([True])
    Model.metadata.create_all(backend.database.engine)

    def kill_own_connection_once(session: Session, events: Sequence[NoteWritten]) -> None:
        insert_effects(session, events)
        if next(kills, False):
            session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    backend.log.append([note_record(backend, "a"), note_record(backend, "b")])
    with consuming(backend, kill_own_connection_once):
        wait_until(lambda: effects(backend) == ["a", "b"])
    assert dead_letters(backend) == []


def test_while_the_database_file_is_missing_the_consumer_waits(
    tmp_path: Path, backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loops, "_OUTAGE_SECONDS", 0.05)
    if not backend.database.is_sqlite:
        return
    waited = Event()
    monkeypatch.setattr(
        loops.Loop, "wait_if_outage", _set_and_call(waited, loops.Loop.wait_if_outage)
    )
    backend.database.close()
    path, moved = tmp_path / "notes.db", tmp_path / "moved.db"
    path.rename(moved)
    backend.log.append([note_record(backend, "a")])
    with consuming(backend):
        wait_until(waited.is_set)
        backend.database.close()
        moved.replace(path)
        wait_until(lambda: effects(backend) == ["a"])


def test_facts_and_states_about_a_note_are_published_on_different_topics(backend: Backend) -> None:
    with backend.database.transaction() as session:
        outbox.record(session, NoteState(note_id="a"), NoteWritten(note_id="b"))
        topics = set(session.scalars(select(Outbox.aggregatetype)))
    assert topics == {backend.topic, backend.state_topic}


def test_dead_letters_are_listed_and_applied_again_by_a_redrive(backend: Backend) -> None:
    """Of two dead letters, one can be applied by a fixed handler; the other has invalid JSON."""
    apply(backend, note_record(backend, "poison"), note_record(backend, "bad", value="{"))
    letters = sorted(open_letters(backend), key=lambda letter: letter["error"])
    assert [letter["topic"] for letter in letters] == [backend.topic, backend.topic]
    assert letters[1]["error"].startswith("ValueError at")
    assert effects(backend) == []

    def fixed_handler(session: Session, events: Sequence[NoteWritten]) -> None:
        session.execute(insert(Effect), [{"note": event.note_id} for event in events])

    for applied in (1, 0):
        results = redrive(
            backend.database,
            backend.log,
            open_dead_letters(backend.database, backend.log, service=backend.schema),
            service=backend.schema,
            handlers={NoteWritten: fixed_handler},
            by="tests",
        )
        assert [(count, len(failures)) for count, failures in results] == [(applied, 1)]
        assert effects(backend) == ["poison"]
    assert [letter["id"] for letter in open_letters(backend)] == [letters[0]["id"]]
    assert len(dead_letters(backend)) == 2


def open_letters(backend: Backend) -> list[dict[str, str]]:
    """Return the descriptions of the open dead letters."""
    batches = open_dead_letters(backend.database, backend.log, service=backend.schema)
    return [letter.describe() for batch in batches for letter in batch]

"""The relay publishes every committed event, in order per key, and no rolled-back event."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

import pytest
from sqlalchemy import select, text

from shared.messaging import outbox, relay
from shared.messaging.envelope import Record
from shared.messaging.log import Log
from shared.messaging.relay import Relay, count_unpublished
from shared.messaging.tombstones import WithdrawalReason
from shared.models import Outbox
from shared.outages import LogUnavailable
from tests.shared.backend import Backend, NoteState, NoteWritten, values_by_key, wait_until
from tests.shared.messaging import relaying


def unpublished_count(backend: Backend) -> int:
    """Return the number of unpublished events."""
    with backend.database.connection() as connection:
        return count_unpublished(connection)


def published_keys(backend: Backend) -> list[str]:
    """Return the keys of the published `NoteWritten` events."""
    return [item.record.key for item in backend.published()]


def test_events_of_a_rolled_back_transaction_are_not_published(backend: Backend) -> None:
    with suppress(ZeroDivisionError), backend.database.transaction() as session:
        outbox.record(session, NoteWritten(note_id="a"))
        raise ZeroDivisionError
    assert backend.publish() == 0
    assert backend.published() == []


def test_a_committed_event_is_published_and_marked_as_published(backend: Backend) -> None:
    backend.record(NoteWritten(note_id="a", text="值"))
    assert backend.publish() == 1
    (item,) = backend.published()
    assert (item.record.key, item.record.value) == (
        "a",
        '{"note_id":"a","version":1,"text":"值"}'.encode(),
    )
    assert item.record.headers["ce_type"] == "patron.note.written.v1"
    assert item.record.headers["ce_source"] == f"/patron/{backend.schema}"
    assert backend.publish() == 0
    with backend.database.reading() as session:
        row = session.scalars(select(Outbox)).one()
    assert row.published_at is not None
    assert str(row.event_id) == item.record.headers["ce_id"]


def test_a_tombstone_is_published_as_a_record_without_a_value(backend: Backend) -> None:
    backend.create_topic(backend.state_topic)
    with backend.database.transaction() as session:
        outbox.record(session, NoteState(note_id="a"))
        outbox.record_tombstones(session, NoteState, ["a"], reason=WithdrawalReason.ERASED)
    backend.publish()
    assert state_values(backend)["a"][-1] is None


def test_events_recorded_in_bulk_are_published_in_order_per_key(backend: Backend) -> None:
    """There are 700 events with seven keys; the version of each event is in its JSON value."""
    notes = [NoteWritten(note_id=str(n % 7), version=n) for n in range(700)]
    with backend.database.transaction() as session:
        outbox.record_all(session, notes)
    while backend.publish():
        pass
    for key, values in values_by_key(backend.published()).items():
        assert values == sorted(values, key=lambda value: int((value or b"").split(b":")[2][:-7]))
        assert len(values) == 100, key


def test_events_of_a_slow_transaction_with_lower_ids_are_published_too(
    postgres_backend: Backend,
) -> None:
    """Ids are assigned before the commit: a relay that remembers its last id would skip events."""
    backend = postgres_backend
    with backend.database.transaction() as slow:
        outbox.record(slow, NoteWritten(note_id="slow"))
        backend.record(NoteWritten(note_id="fast"))
        backend.publish()
        assert published_keys(backend) == ["fast"]
    backend.publish()
    assert sorted(published_keys(backend)) == ["fast", "slow"]


class UnavailableLog:
    """A log that is out of reach."""

    def append(self, _: object) -> None:
        raise LogUnavailable("gone")


def test_during_an_outage_of_the_log_events_stay_unpublished(backend: Backend) -> None:
    backend.record(NoteWritten(note_id="a"))
    with pytest.raises(LogUnavailable):
        backend.publish(UnavailableLog())  # type: ignore[arg-type]
    assert unpublished_count(backend) == 1


@contextmanager
def relaying_process(
    backend: Backend, *, die_after_append: bool = False
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a relay in its own process, which is killed at the end."""
    arguments = relaying.arguments(backend, die_after_append=die_after_append)
    with subprocess.Popen([sys.executable, "-m", relaying.__name__, *arguments]) as process:
        try:
            yield process
        finally:
            process.kill()


def test_events_of_a_relay_killed_before_it_marked_them_are_published_again(
    backend: Backend,
) -> None:
    backend.record(NoteWritten(note_id="a"), NoteWritten(note_id="b"))
    with relaying_process(backend, die_after_append=True) as process:
        assert process.wait(30) == -signal.SIGKILL
    assert sorted(published_keys(backend)) == ["a", "b"]
    assert unpublished_count(backend) == 2
    backend.publish()
    assert sorted(published_keys(backend)) == ["a", "a", "b", "b"]
    assert len({item.record.headers["ce_id"] for item in backend.published()}) == 2


@contextmanager
def relaying_thread(backend: Backend) -> Iterator[Relay]:
    """Run a relay in a thread, with its own connections to database and log."""
    database, log, stop = backend.open_second_database(), backend.open_second_log(), Event()
    relay_ = Relay(database, log)
    thread = Thread(target=relay_.run, args=(stop,))
    thread.start()
    try:
        yield relay_
    finally:
        stop.set()
        thread.join()
        log.close()
        database.close()


def test_another_relay_takes_over_when_one_is_killed(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "_STANDBY_SECONDS", 0.05)
    with relaying_process(backend) as first:
        backend.record(NoteWritten(note_id="a"))
        wait_until(lambda: unpublished_count(backend) == 0)
        with relaying_thread(backend):
            backend.record(NoteWritten(note_id="b"))
            wait_until(lambda: unpublished_count(backend) == 0)
            assert sorted(published_keys(backend)) == ["a", "b"]
            os.kill(first.pid, signal.SIGKILL)
            backend.record(NoteWritten(note_id="c"))
            wait_until(lambda: unpublished_count(backend) == 0)
    assert sorted(published_keys(backend)) == ["a", "b", "c"]


class CountingLog:
    """A log that counts the records appended to it."""

    def __init__(self, log: Log) -> None:
        self._log, self.appended = log, 0

    def append(self, records: list[Record]) -> None:
        self.appended += len(records)
        self._log.append(records)


def test_one_of_two_relays_publishes_until_it_loses_its_connection(
    postgres_backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After that, the next event is published by either relay, whichever gets the lock."""
    backend = postgres_backend
    monkeypatch.setattr(relay, "_STANDBY_SECONDS", 0.05)
    with relaying_thread(backend) as one, relaying_thread(backend) as two:
        one._log, two._log = CountingLog(one._log), CountingLog(two._log)  # type: ignore[assignment]
        for number in range(20):
            backend.record(NoteWritten(note_id=str(number)))
        wait_until(lambda: unpublished_count(backend) == 0)
        counts = sorted((one._log.appended, two._log.appended))  # type: ignore[attr-defined]
        assert counts == [0, 20]
        terminate_the_lock_holder(backend)
        backend.record(NoteWritten(note_id="after"))
        wait_until(lambda: unpublished_count(backend) == 0)
    assert len(published_keys(backend)) == 21


class OvertakenLog:
    """A log that writes an old state late.

    The first append to the log ends the connection with the relay's lock, publishes a newer state
    as another relay would, and only then writes the older state.
    """

    def __init__(self, backend: Backend) -> None:
        self._backend, self.has_written = backend, False

    def append(self, records: list[Record]) -> None:
        if not self.has_written:
            terminate_the_lock_holder(self._backend)
            self._backend.record(NoteState(note_id="a", version=2))
            self._backend.publish()
        self._backend.log.append(records)
        self.has_written = True


def test_a_state_topic_ends_with_the_newest_state_even_if_an_old_relay_wrote_late(
    postgres_backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = postgres_backend
    monkeypatch.setattr(relay, "_STANDBY_SECONDS", 0.05)
    log = OvertakenLog(backend)
    with relaying_thread(backend) as overtaken:
        overtaken._log = log  # type: ignore[assignment]
        backend.record(NoteState(note_id="a", version=1))
        wait_until(lambda: log.has_written)
        wait_until(lambda: json.loads(state_values(backend)["a"][-1] or b"")["version"] == 2)


def state_values(backend: Backend) -> dict[str, list[bytes | None]]:
    """Return the values of the published states of notes, by key and in order."""
    return values_by_key(backend.log.history(backend.state_topic))


def terminate_the_lock_holder(backend: Backend) -> None:
    """Terminate the only connection that has an advisory lock."""
    with backend.database.connection() as connection:
        terminated = connection.execute(
            text(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_locks JOIN pg_stat_activity"
                " USING (pid) WHERE locktype = 'advisory' AND application_name = :name"
            ),
            {"name": f"patron-{backend.schema}"},
        )
        assert terminated.scalar_one() == 1

"""From a committed change to the log: nothing lost, nothing that was rolled back, order per key."""

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
from shared.models import Outbox
from shared.outages import LogUnavailable
from tests.shared.backend import Backend, NoteState, NoteWritten, values_by_key, wait_until
from tests.shared.messaging import relaying


def waiting(backend: Backend) -> int:
    with backend.database.connection() as connection:
        return count_unpublished(connection)


def ids(backend: Backend) -> list[str]:
    return [item.record.key for item in backend.published()]


def test_a_rolled_back_change_publishes_nothing(backend: Backend) -> None:
    with suppress(ZeroDivisionError), backend.database.transaction() as session:
        outbox.record(session, NoteWritten(note_id="a"))
        raise ZeroDivisionError
    assert backend.publish() == 0
    assert backend.published() == []


def test_a_committed_change_is_published_and_flagged(backend: Backend) -> None:
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


def test_a_tombstone_is_published_as_one(backend: Backend) -> None:
    backend.create_topic(backend.state_topic)
    with backend.database.transaction() as session:
        outbox.record(session, NoteState(note_id="a"))
        outbox.record_tombstone(session, NoteState, "a")
    backend.publish()
    assert states(backend)["a"][-1] is None


def test_what_is_recorded_in_bulk_keeps_its_order_per_key(backend: Backend) -> None:
    notes = [NoteWritten(note_id=str(n % 7), version=n) for n in range(700)]
    with backend.database.transaction() as session:
        outbox.record_all(session, notes)
    while backend.publish():
        pass
    for key, values in values_by_key(backend.published()).items():
        assert values == sorted(values, key=lambda value: int((value or b"").split(b":")[2][:-7]))
        assert len(values) == 100, key


def test_a_slow_transaction_with_a_lower_id_is_not_stepped_over(postgres_backend: Backend) -> None:
    """Ids are given before commits: what a cursor by id would miss."""
    backend = postgres_backend
    with backend.database.transaction() as slow:
        outbox.record(slow, NoteWritten(note_id="slow"))
        backend.record(NoteWritten(note_id="fast"))
        backend.publish()
        assert ids(backend) == ["fast"]
    backend.publish()
    assert sorted(ids(backend)) == ["fast", "slow"]


class Failing:
    """A log that is out of reach."""

    def append(self, _: object) -> None:
        raise LogUnavailable("gone")


def test_an_outage_of_the_log_flags_nothing(backend: Backend) -> None:
    backend.record(NoteWritten(note_id="a"))
    with pytest.raises(LogUnavailable):
        backend.publish(Failing())  # type: ignore[arg-type]
    assert waiting(backend) == 1


@contextmanager
def relaying_process(backend: Backend, *, die: bool = False) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", relaying.__name__, *relaying.arguments(backend, die=die)]
    with subprocess.Popen(command) as process:
        try:
            yield process
        finally:
            process.kill()


def test_a_relay_killed_before_it_flags_publishes_again(backend: Backend) -> None:
    backend.record(NoteWritten(note_id="a"), NoteWritten(note_id="b"))
    with relaying_process(backend, die=True) as dying:
        assert dying.wait(30) == -signal.SIGKILL
    assert sorted(ids(backend)) == ["a", "b"]
    assert waiting(backend) == 2
    backend.publish()
    assert sorted(ids(backend)) == ["a", "a", "b", "b"]
    assert len({item.record.headers["ce_id"] for item in backend.published()}) == 2


@contextmanager
def relaying_thread(backend: Backend) -> Iterator[Relay]:
    database, log, stop = backend.another_database(), backend.another_log(), Event()
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
        wait_until(lambda: waiting(backend) == 0)
        with relaying_thread(backend):
            backend.record(NoteWritten(note_id="b"))
            wait_until(lambda: waiting(backend) == 0)
            assert sorted(ids(backend)) == ["a", "b"]
            os.kill(first.pid, signal.SIGKILL)
            backend.record(NoteWritten(note_id="c"))
            wait_until(lambda: waiting(backend) == 0)
    assert sorted(ids(backend)) == ["a", "b", "c"]


class Counting:
    """Counts who appends."""

    def __init__(self, log: Log) -> None:
        self._log, self.appended = log, 0

    def append(self, records: list[Record]) -> None:
        self.appended += len(records)
        self._log.append(records)


def test_of_two_relays_one_publishes_until_its_connection_dies(
    postgres_backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = postgres_backend
    monkeypatch.setattr(relay, "_STANDBY_SECONDS", 0.05)
    with relaying_thread(backend) as one, relaying_thread(backend) as two:
        one._log, two._log = Counting(one._log), Counting(two._log)  # type: ignore[assignment]
        for number in range(20):
            backend.record(NoteWritten(note_id=str(number)))
        wait_until(lambda: waiting(backend) == 0)
        counts = sorted((one._log.appended, two._log.appended))  # type: ignore[attr-defined]
        assert counts == [0, 20]
        terminate_the_lock_holder(backend)
        backend.record(NoteWritten(note_id="after"))
        wait_until(lambda: waiting(backend) == 0)
    assert len(ids(backend)) == 21


class Overtaken:
    """A log whose writer loses its lock while it writes, and is late by one successor."""

    def __init__(self, backend: Backend) -> None:
        self._backend, self.was_late = backend, False

    def append(self, records: list[Record]) -> None:
        if not self.was_late:
            terminate_the_lock_holder(self._backend)
            self._backend.record(NoteState(note_id="a", version=2))
            self._backend.publish()
        self._backend.log.append(records)
        self.was_late = True


def test_a_compacted_topic_ends_on_the_newest_state_although_a_relay_was_overtaken(
    postgres_backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = postgres_backend
    monkeypatch.setattr(relay, "_STANDBY_SECONDS", 0.05)
    log = Overtaken(backend)
    with relaying_thread(backend) as overtaken:
        overtaken._log = log  # type: ignore[assignment]
        backend.record(NoteState(note_id="a", version=1))
        wait_until(lambda: log.was_late)
        wait_until(lambda: json.loads(states(backend)["a"][-1] or b"")["version"] == 2)


def states(backend: Backend) -> dict[str, list[bytes | None]]:
    return values_by_key(backend.log.history(backend.state_topic))


def terminate_the_lock_holder(backend: Backend) -> None:
    with backend.database.connection() as connection:
        ended = connection.execute(
            text(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_locks JOIN pg_stat_activity"
                " USING (pid) WHERE locktype = 'advisory' AND application_name = :name"
            ),
            {"name": f"patron-{backend.schema}"},
        )
        assert ended.scalar_one() == 1

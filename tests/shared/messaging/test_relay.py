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
from shared.messaging.relay import Relay, unpublished
from shared.models import Outbox
from shared.outages import LogUnavailable
from tests.shared.kit import Kit, NoteState, NoteWritten, texts_by_key, until
from tests.shared.messaging import relaying


def waiting(kit: Kit) -> int:
    with kit.database.connection() as connection:
        return unpublished(connection)


def ids(kit: Kit) -> list[str]:
    return [item.record.key for item in kit.published()]


def test_a_rolled_back_change_publishes_nothing(kit: Kit) -> None:
    with suppress(ZeroDivisionError), kit.database.transaction() as session:
        outbox.record(session, NoteWritten(note_id="a"))
        raise ZeroDivisionError
    assert kit.publish() == 0
    assert kit.published() == []


def test_a_committed_change_is_published_and_flagged(kit: Kit) -> None:
    kit.record(NoteWritten(note_id="a", text="值"))
    assert kit.publish() == 1
    (item,) = kit.published()
    assert (item.record.key, item.record.value) == (
        "a",
        '{"note_id":"a","version":1,"text":"值"}'.encode(),
    )
    assert item.record.headers["ce_type"] == "patron.note.written.v1"
    assert item.record.headers["ce_source"] == f"/patron/{kit.schema}"
    assert kit.publish() == 0
    with kit.database.reading() as session:
        row = session.scalars(select(Outbox)).one()
    assert row.published_at is not None
    assert str(row.event_id) == item.record.headers["ce_id"]


def test_a_tombstone_is_published_as_one(kit: Kit) -> None:
    kit.create_topic(kit.state_topic)
    with kit.database.transaction() as session:
        outbox.record(session, NoteState(note_id="a"))
        outbox.erase_state(session, NoteState, "a")
    kit.publish()
    assert states(kit)["a"][-1] is None


def test_what_is_recorded_in_bulk_keeps_its_order_per_key(kit: Kit) -> None:
    notes = [NoteWritten(note_id=str(n % 7), version=n) for n in range(700)]
    with kit.database.transaction() as session:
        outbox.record_all(session, notes)
    while kit.publish():
        pass
    for key, values in texts_by_key(kit.published()).items():
        assert values == sorted(values, key=lambda value: int((value or b"").split(b":")[2][:-7]))
        assert len(values) == 100, key


def test_a_slow_transaction_with_a_lower_id_is_not_stepped_over(postgres_kit: Kit) -> None:
    """Ids are given before commits: what a cursor by id would miss."""
    kit = postgres_kit
    with kit.database.transaction() as slow:
        outbox.record(slow, NoteWritten(note_id="slow"))
        kit.record(NoteWritten(note_id="fast"))
        kit.publish()
        assert ids(kit) == ["fast"]
    kit.publish()
    assert sorted(ids(kit)) == ["fast", "slow"]


class Failing:
    """A log that is out of reach."""

    def append(self, _: object) -> None:
        raise LogUnavailable("gone")


def test_an_outage_of_the_log_flags_nothing(kit: Kit) -> None:
    kit.record(NoteWritten(note_id="a"))
    with pytest.raises(LogUnavailable):
        kit.publish(Failing())  # type: ignore[arg-type]
    assert waiting(kit) == 1


@contextmanager
def relaying_process(kit: Kit, *, die: bool = False) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", relaying.__name__, *relaying.arguments(kit, die=die)]
    with subprocess.Popen(command) as process:
        try:
            yield process
        finally:
            process.kill()


def test_a_relay_killed_before_it_flags_publishes_again(kit: Kit) -> None:
    kit.record(NoteWritten(note_id="a"), NoteWritten(note_id="b"))
    with relaying_process(kit, die=True) as dying:
        assert dying.wait(30) == -signal.SIGKILL
    assert sorted(ids(kit)) == ["a", "b"]
    assert waiting(kit) == 2
    kit.publish()
    assert sorted(ids(kit)) == ["a", "a", "b", "b"]
    assert len({item.record.headers["ce_id"] for item in kit.published()}) == 2


@contextmanager
def relaying_thread(kit: Kit) -> Iterator[Relay]:
    database, log, stop = kit.another_database(), kit.another_log(), Event()
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
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "_STANDBY_SECONDS", 0.05)
    with relaying_process(kit) as first:
        kit.record(NoteWritten(note_id="a"))
        until(lambda: waiting(kit) == 0)
        with relaying_thread(kit):
            kit.record(NoteWritten(note_id="b"))
            until(lambda: waiting(kit) == 0)
            assert sorted(ids(kit)) == ["a", "b"]
            os.kill(first.pid, signal.SIGKILL)
            kit.record(NoteWritten(note_id="c"))
            until(lambda: waiting(kit) == 0)
    assert sorted(ids(kit)) == ["a", "b", "c"]


class Counting:
    """Counts who appends."""

    def __init__(self, log: Log) -> None:
        self._log, self.appended = log, 0

    def append(self, records: list[Record]) -> None:
        self.appended += len(records)
        self._log.append(records)


def test_of_two_relays_one_publishes_until_its_connection_dies(
    postgres_kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    kit = postgres_kit
    monkeypatch.setattr(relay, "_STANDBY_SECONDS", 0.05)
    with relaying_thread(kit) as one, relaying_thread(kit) as two:
        one._log, two._log = Counting(one._log), Counting(two._log)  # type: ignore[assignment]
        for number in range(20):
            kit.record(NoteWritten(note_id=str(number)))
        until(lambda: waiting(kit) == 0)
        counts = sorted((one._log.appended, two._log.appended))  # type: ignore[attr-defined]
        assert counts == [0, 20]
        terminate_the_lock_holder(kit)
        kit.record(NoteWritten(note_id="after"))
        until(lambda: waiting(kit) == 0)
    assert len(ids(kit)) == 21


class Overtaken:
    """A log whose writer loses its lock while it writes, and is late by one successor."""

    def __init__(self, kit: Kit) -> None:
        self._kit, self.was_late = kit, False

    def append(self, records: list[Record]) -> None:
        if not self.was_late:
            terminate_the_lock_holder(self._kit)
            self._kit.record(NoteState(note_id="a", version=2))
            self._kit.publish()
        self._kit.log.append(records)
        self.was_late = True


def test_a_compacted_topic_ends_on_the_newest_state_although_a_relay_was_overtaken(
    postgres_kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    kit = postgres_kit
    monkeypatch.setattr(relay, "_STANDBY_SECONDS", 0.05)
    log = Overtaken(kit)
    with relaying_thread(kit) as overtaken:
        overtaken._log = log  # type: ignore[assignment]
        kit.record(NoteState(note_id="a", version=1))
        until(lambda: log.was_late)
        until(lambda: json.loads(states(kit)["a"][-1] or b"")["version"] == 2)


def states(kit: Kit) -> dict[str, list[bytes | None]]:
    return texts_by_key(kit.log.history(kit.state_topic))


def terminate_the_lock_holder(kit: Kit) -> None:
    with kit.database.connection() as connection:
        ended = connection.execute(
            text(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_locks JOIN pg_stat_activity"
                " USING (pid) WHERE locktype = 'advisory' AND application_name = :name"
            ),
            {"name": f"patron-{kit.schema}"},
        )
        assert ended.scalar_one() == 1

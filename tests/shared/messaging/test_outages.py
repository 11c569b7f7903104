"""When relay and consumer know that an outage is over."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Event, Thread
from time import monotonic

import pytest
from sqlalchemy.orm import Session

from shared.locks import exclusive_lock
from shared.loops import Loop
from shared.messaging import consumer, relay
from shared.messaging.consumer import Consumer, Handler
from shared.messaging.relay import Relay
from shared.outages import LogUnavailable
from tests.shared.backend import Backend, NoteWritten, wait_until

FOR_EVER = 1000.0
A_MOMENT = 0.3


def fail(loop: Loop) -> float:
    """Let a loop fail because the log is out of reach, and return the time at which it failed."""
    stop = Event()
    stop.set()
    failed_at = monotonic()
    loop.wait_if_outage(LogUnavailable("gone"), stop)
    return failed_at


@contextmanager
def running(loop: Loop) -> Iterator[None]:
    """Run a loop in a thread during the block."""
    stop = Event()
    thread = Thread(target=loop.run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def accept(session: Session, events: Sequence[NoteWritten]) -> None:
    """Handle events by doing nothing."""
    del session, events


def new_consumer(backend: Backend) -> Consumer:
    """Return a consumer of the events about notes."""
    handlers: dict[type, Handler] = {NoteWritten: accept}
    return Consumer(backend.database, backend.log, group=backend.schema, handlers=handlers)


def test_a_relay_that_publishes_does_not_wait_any_more(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "QUIET_SECONDS", FOR_EVER)
    backend.record(NoteWritten(note_id="a"))
    loop = Relay(backend.database, backend.log)
    fail(loop)
    with running(loop):
        wait_until(lambda: loop.waiting_seconds == 0)
        wait_until(lambda: len(backend.published()) == 1)


def test_a_relay_that_stands_by_waits_until_it_has_not_failed_for_some_time(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Relays that fail take turns: that another one has the lock is not the end of the outage."""
    monkeypatch.setattr(relay, "_STANDBY_SECONDS", 0.02)
    monkeypatch.setattr(relay, "QUIET_SECONDS", A_MOMENT)
    database = backend.open_second_database()
    loop = Relay(backend.database, backend.log)
    with exclusive_lock(database, "relay") as lock:
        assert lock is not None
        failed_at = fail(loop)
        with running(loop):
            wait_until(lambda: loop.waiting_seconds == 0)
            assert monotonic() - failed_at >= A_MOMENT
    database.close()


def test_a_consumer_that_applies_an_event_does_not_wait_any_more(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "QUIET_SECONDS", FOR_EVER)
    backend.record(NoteWritten(note_id="a"))
    backend.publish()
    loop = new_consumer(backend)
    fail(loop)
    with running(loop):
        wait_until(lambda: loop.waiting_seconds == 0)


def test_a_consumer_without_events_waits_until_it_has_not_failed_for_some_time(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A consumer that joins its group again reads nothing at first, whatever its database does."""
    monkeypatch.setattr(consumer, "_POLL_SECONDS", 0.02)
    monkeypatch.setattr(consumer, "QUIET_SECONDS", A_MOMENT)
    loop = new_consumer(backend)
    failed_at = fail(loop)
    with running(loop):
        wait_until(lambda: loop.waiting_seconds == 0)
        assert monotonic() - failed_at >= A_MOMENT

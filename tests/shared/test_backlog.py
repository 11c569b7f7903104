"""The metrics of the outbox are read from the database, whatever the relays of the service do."""

import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import timedelta
from threading import Event, Thread
from time import monotonic

import pytest
from prometheus_client import CollectorRegistry

from shared import backlog, clock, loops
from shared.backlog import BacklogMetrics
from shared.database import Database
from shared.messaging import relay
from shared.messaging.envelope import Record
from shared.messaging.log import Log
from shared.messaging.relay import Relay
from shared.outages import LogUnavailable
from tests.shared.backend import Backend, NoteWritten, wait_until


class UnreachableLog:
    """A log that is out of reach until `returned` is set; `refusals` counts what was refused."""

    def __init__(self, log: Log, returned: Event) -> None:
        self._log, self._returned = log, returned
        self.refusals = 0

    def append(self, records: Sequence[Record]) -> None:
        if not self._returned.is_set():
            self.refusals += 1
            raise LogUnavailable("gone")
        self._log.append(records)


@contextmanager
def relaying(backend: Backend, log: UnreachableLog) -> Iterator[None]:
    """Run a relay with its own connections to the database, as another worker would."""
    database, stop = backend.open_second_database(), Event()
    thread = Thread(target=Relay(database, log).run, args=(stop,))  # type: ignore[arg-type]
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        database.close()


def scrape(database: Database) -> dict[str, float]:
    """Return the value of every metric of the outbox."""
    registry = CollectorRegistry()
    registry.register(BacklogMetrics(database, service="notes"))
    samples = [sample for metric in registry.collect() for sample in metric.samples]
    assert all(sample.labels == {"service": "notes"} for sample in samples)
    return {sample.name: sample.value for sample in samples}


def depth(backend: Backend) -> float:
    """Return the number of unpublished events that the metric shows."""
    return scrape(backend.database)["patron_outbox_depth"]


def test_an_empty_outbox_has_metrics_of_0(backend: Backend) -> None:
    assert scrape(backend.database) == {"patron_outbox_age_seconds": 0, "patron_outbox_depth": 0}


def test_the_age_of_the_oldest_unpublished_event_and_their_number_grow_without_any_worker(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = clock.now()
    monkeypatch.setattr(clock, "now", lambda: began)
    backend.record(NoteWritten(note_id="a"))
    monkeypatch.setattr(clock, "now", lambda: began + timedelta(minutes=1))
    backend.record(NoteWritten(note_id="b"), NoteWritten(note_id="c"))
    monkeypatch.setattr(clock, "now", lambda: began + timedelta(minutes=2))
    assert scrape(backend.database) == {"patron_outbox_age_seconds": 120, "patron_outbox_depth": 3}


def test_during_an_outage_the_metrics_grow_and_afterwards_they_are_0_also_with_a_stand_by(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "_STANDBY_SECONDS", 0.05)
    monkeypatch.setattr(loops, "_OUTAGE_SECONDS", 0.05)
    began, returned = clock.now(), Event()
    logs = [UnreachableLog(backend.log, returned) for _ in range(2)]
    backend.record(NoteWritten(note_id="a"))
    with ExitStack() as running:
        for log in logs:
            running.enter_context(relaying(backend, log))
        wait_until(lambda: sum(log.refusals for log in logs) >= 2)
        monkeypatch.setattr(clock, "now", lambda: began + timedelta(seconds=138))
        during = scrape(backend.database)
        assert 137 < during["patron_outbox_age_seconds"] <= 138
        assert during["patron_outbox_depth"] == 1
        returned.set()
        wait_until(lambda: depth(backend) == 0)
        assert scrape(backend.database)["patron_outbox_age_seconds"] == 0


def test_no_more_events_are_counted_than_a_scrape_has_time_for(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backlog, "MAX_DEPTH", 3)
    backend.record(*(NoteWritten(note_id=str(number)) for number in range(5)))
    assert depth(backend) == 3


def test_without_a_database_no_metric_of_the_outbox_is_exported() -> None:
    with closing(Database("postgresql+psycopg://127.0.0.1:1/none", schema="notes")) as database:
        assert scrape(database) == {}


def test_a_database_that_does_not_answer_delays_a_scrape_by_some_seconds_at_most(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(backlog, "_WAIT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql+psycopg://127.0.0.1:{silent.getsockname()[1]}/none"
        with closing(Database(url, schema="notes")) as database:
            metrics = BacklogMetrics(database, service="notes")
            began = monotonic()
            for _ in range(2):
                assert [family.samples for family in metrics.collect()] == [[], []]
            assert monotonic() - began < 4  # a connection would be waited for for 5 seconds

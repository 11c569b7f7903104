"""Read events from the log and apply them to the database of a service, each exactly once.

A batch goes through these steps:

1. Records are polled from the log, from the committed offsets of the service's group on.
2. In one transaction of the database, the ids of the events are inserted into the inbox, and the
   handlers apply those events whose ids were not there yet.
3. After the commit of that transaction, the offsets after the batch are committed to the log.

After a crash before the commit of step 2, the database has nothing of the batch, and the batch is
polled again. After a crash between steps 2 and 3 the batch is polled again too, but its ids are in
the inbox, so the events change nothing. An event is delivered at least once and has its effect
exactly once.

If a handler fails, the transaction is rolled back, and the two halves of the batch are applied
separately; a half that fails is divided again, until the event that fails is alone. The failing
event is tried once more and then written to the topic of dead letters; all other events are
applied. After a crash before the offsets are committed, the dead letter may be written a second
time.

An outage of the database or the log is not the fault of an event, so it makes no dead letters: the
consumer waits and polls the batch again.
"""

import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any, TypeAlias
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from shared import clock, tracing
from shared.contracts.catalogue import contract_of, is_compacted
from shared.database import Database, is_outage
from shared.errors import pointer_to
from shared.logging import logger
from shared.loops import QUIET_SECONDS, Loop
from shared.messaging import inbox
from shared.messaging.envelope import ReceivedRecord, Record, adapter
from shared.messaging.log import Log, Subscription
from shared.messaging.tombstones import tombstone_of
from shared.metrics import CONSUMED, CONSUMER_LAG, start_consumed
from shared.outages import LogUnavailable

Handler: TypeAlias = Callable[[Session, Sequence[Any]], None]
"""A function that applies a batch of events in the session's transaction; it does not commit.

A handler of states gets a `Tombstone` where a state was withdrawn, in the order of the log."""
Handlers: TypeAlias = Mapping[type, Handler]
"""Maps each class of events to its handler. A handler of several classes gets their events in one
call, in the order of the log."""

_BATCH = 500
_POLL_SECONDS = 0.5
_LAG_SECONDS = 5.0

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class _ParsedEvent:
    """An event, its id, and the record that it was read from."""

    received: ReceivedRecord
    event_id: UUID
    event_class: type
    event: Any


class Consumer(Loop):
    """The loop of a worker that consumes events."""

    name = "consumer"

    def __init__(
        self, database: Database, event_log: Log, *, group: str, handlers: Handlers
    ) -> None:
        self._database = database
        self._log = event_log
        self._group = group
        self._handlers = handlers
        self._lag_measured_at = 0.0
        start_consumed(group)
        self._event_classes = {contract_of(class_).name: class_ for class_ in handlers}

    def run(self, stop: Event) -> None:
        """Poll and apply until `stop` is set; after an outage, subscribe and poll again."""
        while not stop.is_set():
            try:
                self._consume(stop)
            except (LogUnavailable, SQLAlchemyError) as error:
                self.wait_if_outage(error, stop)

    def _consume(self, stop: Event) -> None:
        """Subscribe and poll until `stop` is set or an outage is raised."""
        subscription = self._log.subscribe(group=self._group, topics=topics_of(self._handlers))
        try:
            while not stop.is_set():
                count = self.poll_once(subscription)
                self.beat()
                self.end_outage(quiet_seconds=0 if count else QUIET_SECONDS)
        finally:
            self._forget_lag()
            subscription.close()

    def poll_once(self, subscription: Subscription) -> int:
        """Poll records, apply them, then commit their offsets; return the number of records."""
        received = subscription.poll(seconds=_POLL_SECONDS, max_records=_BATCH)
        if received:
            self.apply(received)
            subscription.commit(received)
        self._show_lag(subscription)
        return len(received)

    def apply(self, received: Sequence[ReceivedRecord]) -> None:
        """Apply the events in these records; events that cannot be applied become dead letters."""
        self._apply(list(self._parse(received)))

    def _show_lag(self, subscription: Subscription) -> None:
        """Update the metric of the number of unread records, at most every five seconds."""
        if time.monotonic() - self._lag_measured_at > _LAG_SECONDS:
            CONSUMER_LAG.labels(self._group).set(subscription.lag())
            self._lag_measured_at = time.monotonic()

    def _forget_lag(self) -> None:
        """Export no lag until it is measured again: another worker may read the records now."""
        CONSUMER_LAG.remove(self._group)
        self._lag_measured_at = 0.0

    def _parse(self, received: Iterable[ReceivedRecord]) -> Iterator[_ParsedEvent]:
        """Yield the events that have handlers; an invalid record becomes a dead letter.

        Events of types without a handler are left out, and records without a value that withdraw
        no state.
        """
        for item in received:
            name = item.record.headers.get("ce_type", "")
            is_empty = item.record.value is None and not is_compacted(item.record.topic)
            if is_empty or (name and name not in self._event_classes):
                CONSUMED.labels(self._group, "ignored").inc()
                continue
            try:
                event_class = self._event_classes[name]
                event = _event_of(item.record, event_class)
                yield _ParsedEvent(item, item.event_id, event_class, event)
            except (KeyError, ValueError) as error:
                self.handle_failure(item, error)

    def _apply(self, batch: Sequence[_ParsedEvent]) -> None:
        """Apply a batch in one transaction, or in halves if an event of it fails."""
        if not batch:
            return
        try:
            self._apply_together(batch)
        except Exception as error:
            if is_outage(error):
                raise
            self._apply_halves(batch)

    def _apply_halves(self, batch: Sequence[_ParsedEvent]) -> None:
        """Apply the halves of a batch that failed; a single event is tried once more."""
        if len(batch) == 1:
            self._retry_alone(batch[0])
            return
        middle = len(batch) // 2
        self._apply(batch[:middle])
        self._apply(batch[middle:])

    def _retry_alone(self, parsed: _ParsedEvent) -> None:
        """Try one event once more, as it may have failed in a race; then make it a dead letter."""
        try:
            self._apply_together([parsed])
        except Exception as error:
            if is_outage(error):
                raise
            self.handle_failure(parsed.received, error)

    def _apply_together(self, batch: Sequence[_ParsedEvent]) -> None:
        """Insert the ids of these events and run the handlers in one transaction; commit it."""
        self.beat()
        tracing.start(_common_trace(batch))
        with self._database.transaction() as session:
            new_ids = self.add_to_inbox(session, [parsed.event_id for parsed in batch])
            for handler, events in self._group_by_handler(batch, new_ids).items():
                handler(session, events)
        CONSUMED.labels(self._group, "applied").inc(len(batch))

    def add_to_inbox(self, session: Session, event_ids: Sequence[UUID]) -> set[UUID]:
        """Add these ids to the inbox; return the ids that were new to it: their events to apply."""
        return inbox.add_new(session, event_ids)

    def _group_by_handler(
        self, batch: Sequence[_ParsedEvent], new_ids: set[UUID]
    ) -> dict[Handler, list[Any]]:
        """Group the events with new ids by handler, in the order of the batch, each event once."""
        remaining_ids = set(new_ids)
        grouped: dict[Handler, list[Any]] = {}
        for parsed in batch:
            if parsed.event_id in remaining_ids:
                remaining_ids.discard(parsed.event_id)
                handler = self._handlers[parsed.event_class]
                grouped.setdefault(handler, []).append(parsed.event)
        return grouped

    def handle_failure(self, item: ReceivedRecord, error: Exception) -> None:
        """Write a record that failed to the topic of dead letters.

        The dead letter is a copy of the record; its origin, error and time are in further headers.
        """
        origin = {
            "patron_origin_topic": item.record.topic,
            "patron_origin_partition": str(item.partition),
            "patron_origin_offset": str(item.offset),
            "patron_error": error_summary(error),
            "patron_failed_at": clock.now().isoformat(),
        }
        topic, headers = dead_letter_topic(self._group), item.record.headers | origin
        self._log.append([Record(topic, item.record.key, item.record.value, headers)])
        CONSUMED.labels(self._group, "dead").inc()
        log.error("event.dead_lettered", **origin)


def _event_of(record: Record, event_class: type) -> Any:
    """Return the event or the tombstone that a record is; raise ValueError if it is invalid."""
    if record.value is None:
        return tombstone_of(record, event_class)
    return adapter(event_class).validate_json(record.value)


def _common_trace(batch: Sequence[_ParsedEvent]) -> str | None:
    """Return the `traceparent` that all events have in common; None if they have several.

    A batch with events of several traces is applied in a new trace.
    """
    traces = {parsed.received.record.headers.get("traceparent") for parsed in batch}
    return traces.pop() if len(traces) == 1 else None


def error_summary(error: Exception) -> str:
    """Describe an error without values of the record, which may be personal data.

    The summary of a validation error has a JSON pointer and a message for each fault, in at most
    1000 characters. The summary of any other error has the name of the exception's class, and the
    file and line that raised it.
    """
    if isinstance(error, ValidationError):
        faults = error.errors(include_url=False, include_input=False, include_context=False)
        return "; ".join(f"{pointer_to(*fault['loc'])}: {fault['msg']}" for fault in faults)[:1000]
    frames = traceback.extract_tb(error.__traceback__)
    location = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(getattr(error, 'orig', None) or error).__name__}{location}"


def dead_letter_topic(service: str) -> str:
    """Return the topic of a service's dead letters: the records that it could not apply."""
    return f"patron.{service}.dead-letters.v1"


def topics_of(handlers: Handlers) -> list[str]:
    """Return the topics of the events that these handlers apply, sorted."""
    return sorted({contract_of(event_class).topic for event_class in handlers})

"""Give events their effect: inbox row and effect in one transaction, then the offset.

A batch that fails is halved until the poison event stands alone; that one is dead-lettered and the
rest flows. When the database or the log is out of reach, the batch waits.
"""

import time
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any, TypeAlias
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from shared import tracing
from shared.contracts.catalogue import contract_of
from shared.database import Database, is_outage
from shared.errors import pointer_to
from shared.logging import logger
from shared.loops import Loop
from shared.messaging import inbox
from shared.messaging.envelope import ReceivedRecord, Record, adapter
from shared.messaging.log import Log, Subscription
from shared.metrics import CONSUMED, CONSUMER_LAG
from shared.outages import LogUnavailable

Handler: TypeAlias = Callable[[Session, Sequence[Any]], None]
Handlers: TypeAlias = Mapping[type, Handler]

_BATCH = 500
_POLL_SECONDS = 0.5
_LAG_SECONDS = 5.0

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class _Parsed:
    received: ReceivedRecord
    event_id: UUID
    event: Any


class Consumer(Loop):
    """The listening side of a worker."""

    name = "consumer"

    def __init__(
        self, database: Database, event_log: Log, *, group: str, handlers: Handlers
    ) -> None:
        self._database = database
        self._log = event_log
        self._group = group
        self._handlers = handlers
        self._lag_shown = 0.0
        self._kinds = {contract_of(kind).name: kind for kind in handlers}

    def run(self, stop: Event) -> None:
        """Read and apply until told to stop, waiting out outages."""
        while not stop.is_set():
            try:
                self._read(stop)
            except (LogUnavailable, SQLAlchemyError) as error:
                self.wait_if_outage(error, stop)

    def _read(self, stop: Event) -> None:
        subscription = self._log.subscribe(group=self._group, topics=topics_of(self._handlers))
        try:
            while not stop.is_set():
                self.turn(subscription)
                self.beat()
        finally:
            subscription.close()

    def turn(self, subscription: Subscription) -> int:
        """Poll once and give what came its effect; tell how many records came."""
        received = subscription.poll(seconds=_POLL_SECONDS, most=_BATCH)
        if received:
            self.apply(received)
            subscription.commit(received)
        self._show_lag(subscription)
        return len(received)

    def apply(self, received: Sequence[ReceivedRecord]) -> None:
        """Give records their effect, or bury those that cannot have one."""
        self._apply(list(self._parse(received)))

    def _show_lag(self, subscription: Subscription) -> None:
        if time.monotonic() - self._lag_shown > _LAG_SECONDS:
            CONSUMER_LAG.labels(self._group).set(subscription.lag())
            self._lag_shown = time.monotonic()

    def _parse(self, received: Iterable[ReceivedRecord]) -> Iterable[_Parsed]:
        for item in received:
            name = item.record.headers.get("ce_type", "")
            if item.record.value is None or (name and name not in self._kinds):
                CONSUMED.labels(self._group, "ignored").inc()
                continue
            try:
                event = adapter(self._kinds[name]).validate_json(item.record.value)
                yield _Parsed(item, item.event_id, event)
            except (KeyError, ValueError) as error:
                self.bury(item, error)

    def _apply(self, batch: Sequence[_Parsed]) -> None:
        if not batch:
            return
        try:
            self._apply_together(batch)
        except Exception as error:
            if is_outage(error):
                raise
            self._part(batch)

    def _part(self, batch: Sequence[_Parsed]) -> None:
        if len(batch) == 1:
            self._apply_alone(batch[0])
            return
        middle = len(batch) // 2
        self._apply(batch[:middle])
        self._apply(batch[middle:])

    def _apply_alone(self, parsed: _Parsed) -> None:
        """Try once more, for what failed may have been a race; then bury."""
        try:
            self._apply_together([parsed])
        except Exception as error:
            if is_outage(error):
                raise
            self.bury(parsed.received, error)

    def _apply_together(self, batch: Sequence[_Parsed]) -> None:
        self.beat()
        tracing.start(_common_trace(batch))
        with self._database.transaction() as session:
            fresh = self.admit(session, [parsed.event_id for parsed in batch])
            for handler, events in self._by_handler(batch, fresh).items():
                handler(session, events)
        CONSUMED.labels(self._group, "applied").inc(len(batch))

    def admit(self, session: Session, event_ids: Sequence[UUID]) -> set[UUID]:
        """Tell which events have had no effect yet, and note them."""
        return inbox.admit(session, event_ids)

    def _by_handler(self, batch: Sequence[_Parsed], fresh: set[UUID]) -> dict[Handler, list[Any]]:
        waiting = set(fresh)
        grouped: dict[Handler, list[Any]] = {}
        for parsed in batch:
            if parsed.event_id in waiting:
                waiting.discard(parsed.event_id)
                grouped.setdefault(self._handlers[type(parsed.event)], []).append(parsed.event)
        return grouped

    def bury(self, item: ReceivedRecord, error: Exception) -> None:
        """Keep a record that cannot be applied where operators find it, with the reason."""
        origin = {
            "patron_origin_topic": item.record.topic,
            "patron_origin_partition": str(item.partition),
            "patron_origin_offset": str(item.offset),
            "patron_error": error_summary(error),
        }
        topic, headers = dead_letter_topic(self._group), item.record.headers | origin
        self._log.append([Record(topic, item.record.key, item.record.value, headers)])
        CONSUMED.labels(self._group, "dead").inc()
        log.error("event.dead_lettered", **origin)


def _common_trace(batch: Sequence[_Parsed]) -> str | None:
    """Continue the trace that all have in common; work for several has a trace of its own."""
    traces = {parsed.received.record.headers.get("traceparent") for parsed in batch}
    return traces.pop() if len(traces) == 1 else None


def error_summary(error: Exception) -> str:
    """Say what was wrong and where, without repeating what was in the record."""
    if isinstance(error, ValidationError):
        faults = error.errors(include_url=False, include_input=False, include_context=False)
        return "; ".join(f"{pointer_to(*fault['loc'])}: {fault['msg']}" for fault in faults)[:1000]
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(getattr(error, 'orig', None) or error).__name__}{place}"


def dead_letter_topic(service: str) -> str:
    """Name the topic of what a service could not apply."""
    return f"patron.{service}.dead-letters.v1"


def topics_of(handlers: Handlers) -> list[str]:
    """Tell the topics on which these events travel."""
    return sorted({contract_of(kind).topic for kind in handlers})

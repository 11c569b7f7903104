"""The outbox: a table of the events to publish.

An event is inserted in the same transaction as the change that it is about, and published by the
relay (`relay.py`) afterwards. Therefore an event is published if, and only if, its change was
committed.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from shared import clock, tracing
from shared.bulk import insert_rows
from shared.contracts.catalogue import contract_of
from shared.ids import new_id
from shared.messaging.envelope import adapter
from shared.models import Outbox


def record(session: Session, *events: Any) -> None:
    """Record events to publish after the commit; events with the same key stay in this order."""
    record_all(session, events)


def record_all(session: Session, events: Iterable[Any]) -> None:
    """Record many events to publish after the commit; events with the same key stay in order."""
    trace = tracing.current()
    rows = [_row(event) for event in events]
    common = {
        "recorded_at": clock.now(),
        "traceparent": trace.traceparent if trace else None,
        "published_at": None,
    }
    if rows:
        insert_rows(session, Outbox, [row | common for row in rows])


def record_tombstone(session: Session, state_class: type, key: str) -> None:
    """Record a tombstone: once it is published, the log deletes the states with this key."""
    row = _columns(state_class, key) | {
        "payload": None,
        "recorded_at": clock.now(),
        "traceparent": None,
    }
    session.execute(insert(Outbox), [row])


def _row(event: Any) -> dict[str, Any]:
    """Return the row of the outbox for an event, without the columns that all events share."""
    event_class: type[object] = type(event)
    key = str(getattr(event, contract_of(event_class).key))
    return _columns(event_class, key) | {"payload": adapter(event_class).dump_json(event).decode()}


def _columns(event_class: type, key: str) -> dict[str, Any]:
    """Return the columns that events and tombstones have in common, with a new event id."""
    contract = contract_of(event_class)
    return {
        "event_id": new_id(),
        "aggregatetype": contract.topic,
        "aggregateid": key,
        "type": contract.name,
    }

"""The outbox: the events to publish, inserted in the transaction of the change that they are about.

Thus an event is published if, and only if, its change was committed (`relay.py`).
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
    """Record events to be published after the commit; those of one key stay in this order."""
    record_all(session, events)


def record_all(session: Session, events: Iterable[Any]) -> None:
    """Record many events to be published after the commit; those of one key stay in order."""
    trace = tracing.current()
    rows = [_row(event) for event in events]
    common = {
        "recorded_at": clock.now(),
        "traceparent": trace.traceparent if trace else None,
        "published_at": None,
    }
    if rows:
        insert_rows(session, Outbox, [row | common for row in rows])


def record_tombstone(session: Session, kind: type, key: str) -> None:
    """Record a tombstone: once it is published, the log removes the states of this key."""
    row = _columns(kind, key) | {"payload": None, "recorded_at": clock.now(), "traceparent": None}
    session.execute(insert(Outbox), [row])


def _row(event: Any) -> dict[str, Any]:
    """Return the columns of the outbox for an event."""
    kind: type[object] = type(event)
    key = str(getattr(event, contract_of(kind).key))
    return _columns(kind, key) | {"payload": adapter(kind).dump_json(event).decode()}


def _columns(kind: type, key: str) -> dict[str, Any]:
    """Return the columns that events and tombstones have in common, with a new event id."""
    contract = contract_of(kind)
    return {
        "event_id": new_id(),
        "aggregatetype": contract.topic,
        "aggregateid": key,
        "type": contract.name,
    }

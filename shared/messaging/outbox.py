"""The outbox: a table of the events to publish.

An event is inserted in the same transaction as the change that it is about, and published by the
relay (`relay.py`) afterwards. Therefore an event is published if, and only if, its change was
committed.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from shared import clock, tracing
from shared.bulk import insert_rows
from shared.contracts.catalogue import contract_of
from shared.ids import new_id
from shared.messaging.envelope import adapter
from shared.messaging.tombstones import WithdrawalReason
from shared.models import Outbox


def record(session: Session, *events: Any) -> None:
    """Record events to publish after the commit; events with the same key stay in this order."""
    record_all(session, events)


def record_all(session: Session, events: Iterable[Any]) -> None:
    """Record many events to publish after the commit; events with the same key stay in order."""
    _insert(session, [_row(event) for event in events])


def record_caused(session: Session, causes: Iterable[tuple[Any, str | None]]) -> None:
    """Record events, each with the `traceparent` of its cause; None stands for the current trace.

    A job that computes figures of all customers together publishes what many requests caused.
    """
    rows = [
        _row(event) | ({"traceparent": traceparent} if traceparent else {})
        for event, traceparent in causes
    ]
    _insert(session, rows)


def record_tombstones(
    session: Session, state_class: type, keys: Iterable[UUID | str], *, reason: WithdrawalReason
) -> None:
    """Record tombstones: once they are published, the log deletes the states with these keys."""
    rows = [
        _columns(state_class, str(key)) | {"payload": None, "reason": reason.value} for key in keys
    ]
    _insert(session, rows)


def _insert(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows, in this order, with the present moment and the current trace."""
    common = {
        "recorded_at": clock.now(),
        "traceparent": tracing.current_traceparent(),
        "published_at": None,
    }
    if rows:
        insert_rows(session, Outbox, [common | row for row in rows])


def _row(event: Any) -> dict[str, Any]:
    """Return the row of the outbox for an event, without the columns that all events share."""
    event_class: type[object] = type(event)
    key = str(getattr(event, contract_of(event_class).key))
    payload = adapter(event_class).dump_json(event).decode()
    return _columns(event_class, key) | {"payload": payload, "reason": None}


def _columns(event_class: type, key: str) -> dict[str, Any]:
    """Return the columns that events and tombstones have in common, with a new event id."""
    contract = contract_of(event_class)
    return {
        "event_id": new_id(),
        "aggregatetype": contract.topic,
        "aggregateid": key,
        "type": contract.name,
    }

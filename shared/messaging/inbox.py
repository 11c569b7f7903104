"""The inbox: the ids of the events that a service has applied, so that each is applied once."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from shared import clock
from shared.database import dialect_insert
from shared.models import Inbox


def add_new(session: Session, event_ids: Sequence[UUID]) -> set[UUID]:
    """Insert these ids into the inbox; return the ids that were new to it: their events to apply.

    If another transaction is inserting one of these ids, this function waits until that transaction
    ends. Two transactions insert the same id after a rebalance of the consumer group, when two
    members have polled the same event.
    """
    if not event_ids:
        return set()
    now = clock.now()
    rows = [{"event_id": event_id, "received_at": now} for event_id in sorted(set(event_ids))]
    insertion = dialect_insert(session, Inbox).on_conflict_do_nothing().returning(Inbox.event_id)
    return set(session.scalars(insertion, rows))

"""Let each event have its effect once."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared import clock
from shared.bulk import insert_rows
from shared.models import Inbox


def admit(session: Session, event_ids: Sequence[UUID]) -> set[UUID]:
    """Tell which of these have had no effect yet, and note them in this transaction."""
    seen = set(session.scalars(select(Inbox.event_id).where(Inbox.event_id.in_(event_ids))))
    fresh = dict.fromkeys(event_id for event_id in event_ids if event_id not in seen)
    if fresh:
        moment = clock.now()
        rows = [{"event_id": event_id, "received_at": moment} for event_id in fresh]
        insert_rows(session, Inbox, rows)
    return set(fresh)

"""Let each event have its effect once."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from shared import clock
from shared.database import dialect_insert
from shared.models import Inbox


def admit(session: Session, event_ids: Sequence[UUID]) -> set[UUID]:
    """Tell which of these have had no effect yet, and note them in this transaction.

    Where another transaction is noting the same, this waits for its end: after a rebalance two
    members may hold one event.
    """
    if not event_ids:
        return set()
    moment = clock.now()
    rows = [{"event_id": found, "received_at": moment} for found in sorted(set(event_ids))]
    noting = dialect_insert(session, Inbox).on_conflict_do_nothing().returning(Inbox.event_id)
    return set(session.scalars(noting, rows))

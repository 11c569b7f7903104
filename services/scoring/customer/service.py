"""Use cases of the local copies: hold customers while their facts change, follow the registry."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from services.scoring.customer import repository
from services.scoring.customer.models import Customer
from services.scoring.customer.repository import Columns
from shared import clock
from shared.contracts.registry import CustomerState
from shared.database import upserting


def hold_customers(session: Session, customer_ids: Collection[UUID]) -> dict[UUID, Columns]:
    """Lock these customers until the transaction ends, also those of whom nothing is known yet.

    Whoever comes second waits and then sees the facts that the first has written.
    """
    held = repository.locked(session, customer_ids) if customer_ids else {}
    unheard = sorted(set(customer_ids) - held.keys())
    if unheard:
        rows = [{"id": customer_id, "disqualified": False} for customer_id in unheard]
        session.execute(upserting(session, Customer).on_conflict_do_nothing(), rows)
        held |= repository.locked(session, unheard)
    return held


def follow_customers(
    session: Session, held: Mapping[UUID, Columns], events: Iterable[CustomerState]
) -> dict[UUID, dict[str, Any]]:
    """Take over what the registry tells, the highest version of each; give all that are held."""
    now = {customer_id: dict(row) for customer_id, row in held.items()}
    fresh: dict[UUID, dict[str, Any]] = {}
    for event in sorted(events, key=lambda event: event.version):
        if event.version >= (now[event.customer_id]["version"] or 0):
            now[event.customer_id] = fresh[event.customer_id] = _row(event)
    if fresh:
        session.execute(update(Customer), [fresh[customer_id] for customer_id in sorted(fresh)])
    return now


def _row(event: CustomerState) -> dict[str, Any]:
    return {
        "id": event.customer_id,
        "version": event.version,
        "sort_id": min((f"{pair.system}:{pair.id}" for pair in event.external_ids), default=None),
        "owner": event.owner,
        "team": event.team,
        "disqualified": event.disqualified,
        "changed_at": clock.now(),
    }

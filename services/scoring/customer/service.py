"""Use cases of the local copies: hold customers while their facts change, follow the registry."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from services.scoring.customer import repository
from services.scoring.customer.models import Customer
from services.scoring.models import Row
from shared import clock
from shared.bulk import hold_rows
from shared.contracts.registry import CustomerState


def newest(events: Iterable[CustomerState]) -> dict[UUID, Row]:
    """Give the rows of customers as their highest versions tell them."""
    in_order = sorted(events, key=lambda event: event.version)
    return {event.customer_id: _row(event) for event in in_order}


def hold_customers(
    session: Session, customer_ids: Collection[UUID], told: Mapping[UUID, Row] | None = None
) -> dict[UUID, Row]:
    """Lock these customers until the transaction ends, also those of whom nothing is known yet.

    Whoever comes second waits and then sees the facts that the first has written. Who is new here
    is put on record as told.
    """
    rows = told or {}
    return hold_rows(
        session,
        Customer,
        customer_ids,
        locked=repository.customers_for_change,
        blank=lambda customer_id: rows.get(customer_id) or _unheard(customer_id),
    )


def follow_customers(
    session: Session, held: Mapping[UUID, Row], told: Mapping[UUID, Row]
) -> dict[UUID, Row]:
    """Take over what the registry tells, the highest version of each; give all that are held."""
    fresh = {
        customer_id: row
        for customer_id, row in sorted(told.items())
        if row["version"] >= (held[customer_id]["version"] or 0) and _says_more(row, held)
    }
    if fresh:
        session.execute(update(Customer), list(fresh.values()))
    return {**held, **fresh}


def _says_more(row: Row, held: Mapping[UUID, Row]) -> bool:
    known = held[row["id"]]
    return any(value != known[name] for name, value in row.items() if name != "changed_at")


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


def _unheard(customer_id: UUID) -> Row:
    blank = dict.fromkeys(Customer.__table__.c.keys())
    return blank | {"id": customer_id, "disqualified": False}

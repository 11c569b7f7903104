"""Use cases of the projection of customers: lock rows while facts change, write newer versions."""

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from sqlalchemy.orm import Session

from services.scoring.facts.customer.models import Customer
from services.scoring.models import Row
from shared import clock, projections
from shared.contracts.registry.customer import CustomerState


def newest_rows(events: Iterable[CustomerState]) -> dict[UUID, Row]:
    """Return the row of the highest version of each customer in these events, by customer id."""
    return projections.newest_rows(events, _row)


def lock_customers(
    session: Session, customer_ids: Collection[UUID], rows: Mapping[UUID, Row] | None = None
) -> dict[UUID, Row]:
    """Lock customers by id until the transaction ends and return their rows as locked.

    A second transaction waits here and then sees the facts that the first one has written. A
    customer without a row gets one: that of `rows` (by customer id) or a blank one, because facts
    may name a customer before the registry's event arrives.
    """
    return projections.lock_rows(
        session, Customer, rows or {}, others=customer_ids, blank=_blank_row
    )


def upsert_customers(
    session: Session, locked: Mapping[UUID, Row], rows: Mapping[UUID, Row]
) -> dict[UUID, Row]:
    """Write those of `rows` that are not older than the locked ones; return all current rows."""
    return {**locked, **projections.upsert_newer(session, Customer, locked, rows)}


def _row(event: CustomerState) -> Row:
    return {
        "id": event.customer_id,
        "version": event.version,
        "sort_id": min((f"{pair.system}:{pair.id}" for pair in event.external_ids), default=None),
        "owner": event.owner,
        "team": event.team,
        "disqualified": event.disqualified,
        "changed_at": clock.now(),
    }


def _blank_row(customer_id: UUID) -> Row:
    blank = dict.fromkeys(Customer.__table__.c.keys())
    return blank | {"id": customer_id, "disqualified": False}

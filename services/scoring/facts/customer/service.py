"""Use cases: lock customers while their facts change, and write newer versions of customers."""

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from sqlalchemy.orm import Session

from services.scoring.facts.customer.models import Customer
from shared import clock, projections
from shared.contracts.registry.customer import CustomerState
from shared.database import RowView
from shared.texts import normalise_stored


def newest_rows(events: Iterable[CustomerState]) -> dict[UUID, RowView]:
    """Convert events to rows by customer id; of several events of a customer the newest is used."""
    return projections.newest_rows(events, _row)


def lock_customers(
    session: Session, customer_ids: Collection[UUID], rows: Mapping[UUID, RowView] | None = None
) -> dict[UUID, RowView]:
    """Lock customers until the transaction ends and return their rows, by customer id.

    A second transaction waits here and then sees the facts that the first one has written. For a
    customer without a row, one is inserted and locked: the row in `rows`, or a blank row if `rows`
    has none, because orders may name a customer before the registry's event arrives.
    """
    return projections.lock_rows(
        session, Customer, rows or {}, other_ids=customer_ids, blank_row=_blank_row
    )


def upsert_customers(
    session: Session, locked: Mapping[UUID, RowView], rows: Mapping[UUID, RowView]
) -> dict[UUID, RowView]:
    """Write each of `rows` unless the locked row of the same customer is newer.

    Return the current row of every customer.
    """
    return {**locked, **projections.upsert_newer(session, Customer, locked, rows)}


def _row(event: CustomerState) -> RowView:
    """Return the row of the table of customers for an event, perhaps of an earlier release."""
    return {
        "id": event.customer_id,
        "version": event.version,
        "sort_id": min((f"{pair.system}:{pair.id}" for pair in event.external_ids), default=None),
        "owner": normalise_stored(event.owner),
        "team": normalise_stored(event.team),
        "disqualified": event.disqualified,
        "changed_at": clock.now(),
    }


def _blank_row(customer_id: UUID) -> RowView:
    """Return the row of a customer of whom only the id is known."""
    blank = dict.fromkeys(Customer.__table__.c.keys())
    return blank | {"id": customer_id, "disqualified": False}

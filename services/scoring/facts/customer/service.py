"""Use cases: lock customers while their facts change, and write newer versions of customers."""

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from services.scoring.facts.customer.models import Customer
from shared import clock, projections
from shared.contracts.registry.customer import CustomerState
from shared.database import RowView
from shared.messaging.tombstones import Tombstone
from shared.row_access import team_id_of, user_id_of


def newest(events: Iterable[CustomerState | Tombstone]) -> projections.Newest:
    """Convert a batch of events to the newest row of each customer and the withdrawn ids."""
    return projections.newest(events, _row)


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
    session: Session,
    locked: Mapping[UUID, RowView],
    rows: Mapping[UUID, RowView],
    withdrawn: Collection[UUID] = (),
) -> dict[UUID, RowView]:
    """Write each of `rows` unless the locked row of the same customer is newer.

    The rows of `withdrawn` customers, who are locked too, become blank first: nothing is newer than
    the row that a withdrawn customer gets. Return the current row of every customer.
    """
    blank = {id_: {**_blank_row(id_), "changed_at": clock.now()} for id_ in sorted(withdrawn)}
    if blank:
        session.execute(update(Customer), list(blank.values()))
    stored = {**locked, **blank}
    return {**stored, **projections.upsert_newer(session, Customer, stored, rows)}


def _row(event: CustomerState) -> RowView:
    """Return the row of the table of customers for an event, perhaps of an earlier release."""
    return {
        "id": event.customer_id,
        "version": event.version,
        "sort_id": min((f"{pair.system}:{pair.id}" for pair in event.external_ids), default=None),
        "owner": user_id_of(event.owner),
        "team": team_id_of(event.team),
        "disqualified": event.disqualified,
        "changed_at": clock.now(),
    }


def _blank_row(customer_id: UUID) -> RowView:
    """Return the row of a customer of whom only the id is known."""
    blank = dict.fromkeys(Customer.__table__.c.keys())
    return blank | {"id": customer_id, "disqualified": False}

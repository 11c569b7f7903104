"""Use cases of the local copies: hold customers while their facts change, follow the registry."""

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from sqlalchemy.orm import Session

from services.scoring.facts.customer.models import Customer
from services.scoring.models import Row
from shared import clock, projections
from shared.contracts.registry.customer import CustomerState


def newest(events: Iterable[CustomerState]) -> dict[UUID, Row]:
    """Give the rows of customers as their highest versions tell them."""
    return projections.newest_rows(events, _row)


def hold_customers(
    session: Session, customer_ids: Collection[UUID], told: Mapping[UUID, Row] | None = None
) -> dict[UUID, Row]:
    """Lock these customers until the transaction ends, also those of whom nothing is known yet.

    Whoever comes second waits and then sees the facts that the first has written. Who is new here
    is put on record as told.
    """
    return projections.lock_rows(session, Customer, told or {}, others=customer_ids, blank=_unheard)


def follow_customers(
    session: Session, held: Mapping[UUID, Row], told: Mapping[UUID, Row]
) -> dict[UUID, Row]:
    """Take over what the registry tells, the highest version of each; give all that are held."""
    return {**held, **projections.upsert_newer(session, Customer, held, told)}


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


def _unheard(customer_id: UUID) -> Row:
    blank = dict.fromkeys(Customer.__table__.c.keys())
    return blank | {"id": customer_id, "disqualified": False}

"""The publication of customers: how the events of stored customers are built again."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.registry.customers.customer import events
from services.registry.customers.customer.models import Customer
from shared.bulk import any_of
from shared.contracts.registry.customer import (
    CustomerChanged,
    CustomerRegistered,
    CustomerState,
)
from shared.publications.publication import Publication

NOUN = "registry.customer"


def present(session: Session, ids: Sequence[UUID]) -> list[Any]:
    """Return the fact and the state of each of these customers."""
    customers = session.scalars(
        select(Customer).where(any_of(session, Customer.id, ids)).order_by(Customer.id)
    )
    return [
        event
        for customer in customers
        for event in (
            events.registered(customer) if customer.version == 1 else events.changed(customer),
            events.state(customer),
        )
    ]


def withdraw(session: Session, noun: str, ids: Sequence[UUID]) -> None:
    """Delete erased customers with their external ids, tokens, tags, history and scores."""
    if noun == NOUN:
        session.execute(delete(Customer).where(any_of(session, Customer.id, ids)))


PUBLICATION = Publication(
    noun=NOUN,
    classes=(CustomerRegistered, CustomerChanged, CustomerState),
    id=Customer.id,
    version=Customer.version,
    recorded_at=Customer.changed_at,
    present=present,
    withdraw=withdraw,
)

"""The publication of products: how the events of stored products are built again."""

from collections.abc import Iterable, Sequence
from typing import Any, cast
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.registry.sales.product import events
from services.registry.sales.product.models import Product
from shared.bulk import any_of
from shared.contracts.registry.product import ProductChanged, ProductState
from shared.database import RowView
from shared.publications.publication import Publication

NOUN = "registry.product"


def present(session: Session, ids: Sequence[UUID]) -> list[Any]:
    """Return the fact and the state of each of these products."""
    statement = select(Product.__table__).where(any_of(session, Product.id, ids))
    found = session.execute(statement.order_by(Product.id)).mappings()
    rows = cast("Iterable[RowView]", found)
    return [event for row in rows for event in (events.changed(row), events.state(row))]


def withdraw(session: Session, noun: str, ids: Sequence[UUID]) -> None:
    """Delete products that were withdrawn for good."""
    if noun == NOUN:
        session.execute(delete(Product).where(any_of(session, Product.id, ids)))


PUBLICATION = Publication(
    noun=NOUN,
    classes=(ProductChanged, ProductState),
    id=Product.id,
    version=Product.version,
    recorded_at=Product.changed_at,
    present=present,
    withdraw=withdraw,
)

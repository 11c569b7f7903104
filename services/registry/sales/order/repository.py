"""Every SELECT on orders."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from services.registry.customers.customer.models import Customer
from services.registry.customers.customer.repository import visible_to
from services.registry.sales.order.filters import OrderFilter
from services.registry.sales.order.models import Order
from shared.bulk import any_pair_of
from shared.http.pagination import PageRequest, Slice, page
from shared.http.parameters import external_id_pair
from shared.row_access import Reader, Rows


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an order that is put again."""

    id: UUID
    version: int
    digest: str


def _seen_by(reader: Reader) -> Select[Any]:
    """Select the orders of customers that the reader may see; anonymous ones only for all."""
    if reader.rows is Rows.ALL:
        return select(Order)
    return visible_to(reader, select(Order).join(Customer, Customer.id == Order.customer_id))


def order(session: Session, reader: Reader, order_id: UUID) -> Order | None:
    """Find an order with its lines."""
    found: Order | None = session.scalar(_seen_by(reader).where(Order.id == order_id))
    return found


def orders_for_change(
    session: Session, keys: Collection[tuple[str, str]]
) -> dict[tuple[str, str], Known]:
    """Tell which of these (system, external id) exist, and keep others from changing them."""
    rows = session.execute(
        select(Order.system, Order.external_id, Order.id, Order.version, Order.digest)
        .where(any_pair_of(session, Order.system, Order.external_id, keys))
        .order_by(Order.id)
        .with_for_update()
    )
    return {(row.system, row.external_id): Known(row.id, row.version, row.digest) for row in rows}


def orders(session: Session, reader: Reader, filters: OrderFilter, *, paging: PageRequest) -> Slice:
    """Return a page of the orders visible to the reader, in the order of their recording."""
    statement = _seen_by(reader)
    if filters.external_id is not None:
        system, external_id = external_id_pair(filters.external_id)
        statement = statement.where(Order.system == system, Order.external_id == external_id)
    if filters.customer_id is not None:
        statement = statement.where(Order.customer_id == filters.customer_id)
    if filters.occurred_from is not None:
        statement = statement.where(Order.occurred_on >= filters.occurred_from)
    if filters.occurred_to is not None:
        statement = statement.where(Order.occurred_on <= filters.occurred_to)
    return page(session, statement, paging=paging, order=[Order.id])

"""Every SELECT on orders."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, tuple_
from sqlalchemy.orm import Session

from services.registry.customer.models import Customer
from services.registry.customer.repository import visible_to
from services.registry.order.models import Order
from shared.http.pagination import PageRequest, Slice, page
from shared.reader import Reader, Rows


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an order that is put again."""

    id: UUID
    version: int
    digest: str


def visible(reader: Reader, statement: Select[Any]) -> Select[Any]:
    """Leave the orders of customers that the reader may see; anonymous ones only to all."""
    if reader.rows is Rows.ALL:
        return statement
    return visible_to(reader, statement.join(Customer, Customer.id == Order.customer_id))


def order(session: Session, reader: Reader, order_id: UUID) -> Order | None:
    """Find an order with its lines."""
    found: Order | None = session.scalar(visible(reader, select(Order).where(Order.id == order_id)))
    return found


def orders_for_change(
    session: Session, keys: Collection[tuple[str, str]]
) -> dict[tuple[str, str], Known]:
    """Tell which of these (system, external id) exist, and keep others from changing them."""
    wanted = tuple_(Order.system, Order.external_id).in_(keys)
    rows = session.execute(
        select(Order.system, Order.external_id, Order.id, Order.version, Order.digest)
        .where(wanted)
        .order_by(Order.id)
        .with_for_update()
    )
    return {(row.system, row.external_id): Known(row.id, row.version, row.digest) for row in rows}


def orders(
    session: Session,
    reader: Reader,
    *,
    paging: PageRequest,
    external_id: tuple[str, str] | None,
    customer_id: UUID | None,
    occurred_from: date | None,
    occurred_to: date | None,
) -> Slice:
    """List orders, in the order in which they were recorded."""
    statement = visible(reader, select(Order))
    if external_id is not None:
        system, identity = external_id
        statement = statement.where(Order.system == system, Order.external_id == identity)
    if customer_id is not None:
        statement = statement.where(Order.customer_id == customer_id)
    if occurred_from is not None:
        statement = statement.where(Order.occurred_on >= occurred_from)
    if occurred_to is not None:
        statement = statement.where(Order.occurred_on <= occurred_to)
    return page(
        session,
        statement,
        paging=paging,
        order=[Order.id],
    )

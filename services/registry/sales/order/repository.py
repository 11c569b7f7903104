"""The SELECT statements on orders."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import Session

from services.registry.customers.customer.models import Customer
from services.registry.customers.customer.repository import visible_to
from services.registry.sales.order.filters import OrderFilter
from services.registry.sales.order.models import Order, OrderLine
from services.registry.sales.product import repository as products
from shared.bulk import any_pair_of
from shared.http.listing import Listing
from shared.http.pagination import PageRequest, Slice
from shared.http.parameters import external_id_pair
from shared.http.ranges import day_range
from shared.row_access import Reader, Rows


@dataclass(frozen=True, slots=True)
class ExistingOrder:
    """A stored order; its digest shows whether an order that is sent again differs from it."""

    id: UUID
    version: int
    digest: str


def _visible_orders(reader: Reader) -> Select[Any]:
    """Return a SELECT of the orders that are visible to a reader.

    A reader sees the orders of the customers that the reader sees. Anonymous orders are visible
    only to a reader of all rows.
    """
    if reader.rows is Rows.ALL:
        return select(Order)
    return visible_to(reader, select(Order).join(Customer, Customer.id == Order.customer_id))


def order(session: Session, reader: Reader, order_id: UUID) -> Order | None:
    """Return an order with its lines; None if no such order is visible to the reader."""
    found: Order | None = session.scalar(_visible_orders(reader).where(Order.id == order_id))
    return found


def order_for_change(session: Session, reader: Reader, order_id: UUID) -> Order | None:
    """Lock and return an order with its lines; None if the reader sees no such order."""
    statement = _visible_orders(reader).where(Order.id == order_id).with_for_update(of=Order)
    found: Order | None = session.scalar(statement)
    return found


def orders_for_change(
    session: Session, keys: Collection[tuple[str, str]]
) -> dict[tuple[str, str], ExistingOrder]:
    """Lock orders and return them by (system, external id); unknown keys are left out."""
    rows = session.execute(
        select(Order.system, Order.external_id, Order.id, Order.version, Order.digest)
        .where(any_pair_of(session, Order.system, Order.external_id, keys))
        .order_by(Order.id)
        .with_for_update()
    )
    return {
        (row.system, row.external_id): ExistingOrder(row.id, row.version, row.digest)
        for row in rows
    }


def product_names(session: Session, rows: Iterable[Order]) -> dict[str, str]:
    """Return the names of the products in these orders by product code, with one SELECT.

    Products that are missing from the catalogue are left out.
    """
    codes = {line.product_code for row in rows for line in row.lines}
    return products.names_by_code(session, codes) if codes else {}


def _has_external_id(text: str) -> ColumnElement[bool]:
    """Return the condition that an order has an external id, written `system:id`."""
    system, external_id = external_id_pair(text)
    return and_(Order.system == system, Order.external_id == external_id)


def _is_of_customers(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition that an order is of a customer for whom a condition holds."""
    return Order.customer_id.in_(select(Customer.id).where(condition))


def _has_product(code: str) -> ColumnElement[bool]:
    """Return the condition that an order has a line of the product with this code."""
    return Order.id.in_(select(OrderLine.order_id).where(OrderLine.product_code == code))


ORDERS = Listing(
    id=Order.id,
    sorts={"id": [Order.id], "ordered_at": [Order.ordered_at, Order.id]},
    default="id",
    columns={
        "customer_id": Order.customer_id,
        "currency": Order.currency,
        "faulty": Order.faulty,
    },
    filters={
        "external_id": _has_external_id,
        "anonymous": lambda is_anonymous: (
            Order.customer_id.is_(None) if is_anonymous else Order.customer_id.is_not(None)
        ),
        "owner": lambda owner: _is_of_customers(Customer.owner == owner),
        "team": lambda team: _is_of_customers(Customer.team == team),
        "product_code": _has_product,
    },
    ranges=[day_range(Order.occurred_on)],
    facets=("currency", "faulty"),
)
"""The list of orders; their ids grow with the time at which each was first recorded."""


def orders(session: Session, reader: Reader, filters: OrderFilter, *, paging: PageRequest) -> Slice:
    """Return a page of the orders that the reader sees and the filters match."""
    return ORDERS.page(session, _visible_orders(reader), paging=paging, filters=filters)

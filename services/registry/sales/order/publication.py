"""The publication of orders: how the events of stored orders are built again."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.registry.sales.order import events
from services.registry.sales.order.models import Order
from services.registry.sales.order.service import order_of
from shared import clock
from shared.bulk import any_of
from shared.contracts.registry.order import (
    OrderChanged,
    OrderPlaced,
    OrderReturned,
    OrderSnapshot,
)
from shared.database import row_of
from shared.publications.publication import Publication

CUSTOMER = "registry.customer"


def present(session: Session, ids: Sequence[UUID]) -> list[Any]:
    """Return the fact of each of these orders, with its lines."""
    orders = session.scalars(select(Order).where(any_of(session, Order.id, ids)).order_by(Order.id))
    return [events.snapshot(order_of(order), row_of(order)) for order in orders]


def withdraw(session: Session, noun: str, ids: Sequence[UUID]) -> None:
    """Remove erased customers from their orders, and the reference of a card or device."""
    if noun == CUSTOMER:
        session.execute(
            update(Order)
            .where(any_of(session, Order.customer_id, ids))
            .values(
                customer_id=None,
                anonymous_reference=None,
                version=Order.version + 1,
                recorded_at=clock.now(),
            )
        )


def gone(order: OrderSnapshot) -> OrderChanged | None:
    """Return the order without lines, which withdraws it; None if it has none already."""
    if not order.lines:
        return None
    values = {field.name: getattr(order, field.name) for field in fields(OrderSnapshot)}
    return OrderChanged(**values | {"lines": []})


PUBLICATION = Publication(
    noun="registry.order",
    classes=(OrderPlaced, OrderChanged, OrderReturned),
    id=Order.id,
    version=Order.version,
    recorded_at=Order.recorded_at,
    present=present,
    withdraw=withdraw,
    gone=gone,
)

"""Events of orders and returns."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from shared.contracts.catalogue import event
from shared.contracts.registry.external_id import ExternalId


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """One line; its amount is quantity x unit_price, lessened by the discount.

    A negative quantity came back; the discount lessens what is paid back (docs/decisions/0005).
    """

    product_code: str
    quantity: Decimal
    unit_price: Decimal
    discount: Decimal = Decimal(0)
    unit_cost: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSnapshot:
    """An order as it now stands, whole; `occurred_on` is its business day.

    Without a customer it is an anonymous purchase. By which card or device stays with the registry:
    once it is claimed, that leads to a person.
    """

    order_id: UUID
    version: int
    recorded_at: datetime
    external_id: ExternalId
    customer_id: UUID | None
    ordered_at: datetime
    occurred_on: date
    currency: str
    lines: list[OrderLine]
    promised_on: date | None = None
    delivered_on: date | None = None
    faulty: bool = False


@event("order.placed", topic="registry.order", key="order_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPlaced(OrderSnapshot):
    """Something was bought."""


@event("order.changed", topic="registry.order", key="order_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class OrderChanged(OrderSnapshot):
    """An order or return is now this; the snapshot replaces the one before."""


@event("order.returned", topic="registry.order", key="order_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class OrderReturned(OrderSnapshot):
    """Everything in it came back: each line has a negative quantity."""

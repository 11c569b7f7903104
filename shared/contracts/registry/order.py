"""Events of orders and returns."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from shared.contracts.catalogue import event
from shared.contracts.registry.external_id import ExternalId


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """A line of an order; its amount is quantity x unit_price, reduced by the discount.

    The quantity of returned items is negative, and the discount then reduces the amount that is
    paid back (docs/decisions/0005).
    """

    product_code: str
    quantity: Decimal
    unit_price: Decimal
    discount: Decimal = Decimal(0)
    unit_cost: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSnapshot:
    """The whole order after a change; `occurred_on` is its date in the time zone of the company.

    An order without a customer is an anonymous purchase. The card or device that was used for it is
    not published, because it identifies a person once a customer claims the purchase.
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
    """An order was placed."""


@event("order.changed", topic="registry.order", key="order_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class OrderChanged(OrderSnapshot):
    """An order or a return was changed; this snapshot replaces the previous one."""


@event("order.returned", topic="registry.order", key="order_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class OrderReturned(OrderSnapshot):
    """A return was recorded: an order in which every line has a negative quantity."""

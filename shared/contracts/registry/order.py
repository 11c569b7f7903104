"""Events of orders and returns."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from shared.contracts.catalogue import event
from shared.contracts.description import Doc
from shared.contracts.fields import Currency, CustomerId, Day, Exact, Moment, RecordedAt, Version
from shared.contracts.registry.external_id import ExternalId


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """A line of an order; its amount is quantity x unit_price, reduced by the discount.

    The quantity of returned items is negative, and the discount then reduces the amount that is
    paid back (docs/decisions/0005).
    """

    product_code: Annotated[str, Doc("Code of the product.", "WM-800")]
    quantity: Annotated[Exact, Doc("Quantity; negative for a returned item.", "2")]
    unit_price: Annotated[Exact, Doc("Price of one unit.")]
    discount: Annotated[Exact, Doc("Discount on the whole line, 0 or more.", "100")] = Decimal(0)
    unit_cost: Annotated[Exact | None, Doc("What one unit cost the company; null if unknown.")] = (
        None
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSnapshot:
    """The whole order after a change; `occurred_on` is its date in the time zone of the company.

    An order without a customer is an anonymous purchase. The card or device that was used for it is
    not published, because it identifies a person once a customer claims the purchase.
    """

    order_id: Annotated[UUID, Doc("Id of the order.", "0199a7c0-0000-7000-8000-000000000005")]
    version: Version
    recorded_at: RecordedAt
    external_id: Annotated[ExternalId, Doc("Id of the order in the system that it comes from.")]
    customer_id: Annotated[
        CustomerId | None, Doc("Id of the customer who bought; null for an anonymous purchase.")
    ]
    ordered_at: Annotated[Moment, Doc("When the order was placed, in UTC.")]
    occurred_on: Annotated[Day, Doc("Day of `ordered_at` in the time zone of the company.")]
    currency: Annotated[Currency, Doc("Currency of all amounts of the order.")]
    lines: Annotated[
        list[OrderLine], Doc("All lines of the order; without lines the order was withdrawn.")
    ]
    promised_on: Annotated[
        Day | None, Doc("Day by which delivery was promised; null if none was.")
    ] = None
    delivered_on: Annotated[Day | None, Doc("Day of delivery; null if it is not known.")] = None
    faulty: Annotated[bool, Doc("Whether something was wrong with the order.", False)] = False


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

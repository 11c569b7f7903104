"""Events about an order."""

from collections.abc import Mapping
from typing import Any

from services.registry.sales.order.domain import Order
from shared.contracts.registry import order as contracts
from shared.contracts.registry.external_id import ExternalId


def snapshot(order: Order, row: Mapping[str, Any]) -> contracts.OrderSnapshot:
    """Return the event about an order whose row was written.

    An order of version 1 was placed or returned; an order of any later version was changed.
    """
    event_class: type[contracts.OrderSnapshot] = contracts.OrderChanged
    if row["version"] == 1:
        event_class = contracts.OrderReturned if order.is_return else contracts.OrderPlaced
    return event_class(
        order_id=row["id"],
        version=row["version"],
        recorded_at=row["recorded_at"],
        external_id=ExternalId(system=order.system, id=order.external_id),
        customer_id=order.customer_id,
        ordered_at=order.ordered_at,
        occurred_on=order.occurred_on,
        currency=order.currency,
        lines=[
            contracts.OrderLine(
                product_code=line.product_code,
                quantity=line.quantity,
                unit_price=line.unit_price,
                discount=line.discount,
                unit_cost=line.unit_cost,
            )
            for line in order.lines
        ],
        promised_on=order.promised_on,
        delivered_on=order.delivered_on,
        faulty=order.faulty,
    )

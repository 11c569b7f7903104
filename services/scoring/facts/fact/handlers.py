"""The extractor of facts from the registry's order events."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from services.scoring.facts.fact.changes import Changes, Extractors
from services.scoring.facts.fact.domain import facts_of
from shared.contracts.registry.order import OrderChanged, OrderPlaced, OrderReturned, OrderSnapshot
from shared.settings import ServiceSettings


def changes_of_orders(
    _session: Session, orders: Sequence[OrderSnapshot], _settings: ServiceSettings
) -> Changes:
    """Return the facts of these orders, their purchases and returned goods, and their ids."""
    return Changes(
        facts=[fact for order in orders for fact in facts_of(order)],
        external_ids={order.order_id: order.external_id for order in orders},
    )


EXTRACTORS: Extractors = dict.fromkeys(
    (OrderPlaced, OrderChanged, OrderReturned), changes_of_orders
)

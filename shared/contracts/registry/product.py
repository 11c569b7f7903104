"""Events of products."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from shared.contracts.catalogue import event, state


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductFacts:
    """The data of a product in the catalogue."""

    product_id: UUID
    version: int
    recorded_at: datetime
    code: str
    name: str
    category: str | None = None
    lifetime_days: int | None = None
    purchase_cycle_days: int | None = None
    unit_price: Decimal | None = None
    currency: str | None = None


@event("product.changed", topic="registry.product", key="product_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class ProductChanged(ProductFacts):
    """A product was added to the catalogue or changed."""


@state("product.state", topic="registry.product", key="product_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class ProductState(ProductFacts):
    """The current record of a product."""

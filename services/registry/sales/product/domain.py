"""What a product is. Pure."""

from dataclasses import dataclass
from decimal import Decimal

MOST_DAYS = 36_500
"""The longest life or cycle of a product: a hundred years."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A product of the catalogue; codes are case-sensitive.

    `lifetime_days` (产品生命周期) is how long one serves, `purchase_cycle_days` (购买周期) how long
    after one purchase the next is usual.
    """

    code: str
    name: str
    category: str | None = None
    unit_price: Decimal | None = None
    currency: str | None = None
    lifetime_days: int | None = None
    purchase_cycle_days: int | None = None

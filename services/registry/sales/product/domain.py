"""A product of the catalogue, and the limit of its periods. Pure."""

from dataclasses import dataclass
from decimal import Decimal

MAX_DAYS = 36_500
"""The maximum lifetime and purchase cycle of a product: a hundred years."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A product of the catalogue; codes are case-sensitive.

    `lifetime_days` (产品生命周期) is how long one unit serves, `purchase_cycle_days` (购买周期)
    is the usual time from one purchase to the next.
    """

    code: str
    name: str
    category: str | None = None
    unit_price: Decimal | None = None
    currency: str | None = None
    lifetime_days: int | None = None
    purchase_cycle_days: int | None = None

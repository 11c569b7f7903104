"""Buying habits of each customer segment of the demo company."""

from dataclasses import dataclass
from decimal import Decimal

_HOME = {
    "refrigerators": 10,
    "laundry": 9,
    "air_conditioners": 10,
    "water_heaters": 6,
    "kitchen": 8,
    "water_purifiers": 7,
    "small": 28,
    "climate_small": 12,
    "consumables": 16,
}
_WHOLE_RANGE = _HOME | {"refrigerators": 16, "laundry": 14, "air_conditioners": 18, "kitchen": 14}
_LARGE = {"refrigerators": 24, "laundry": 20, "air_conditioners": 28, "water_heaters": 12}
_SMALL = {"small": 60, "climate_small": 26, "consumables": 30}
_NEARBY = {"small": 34, "climate_small": 22, "consumables": 44}
_BUILT_IN = {"air_conditioners": 34, "kitchen": 34, "water_heaters": 16, "water_purifiers": 16}
_OFFICE = {"air_conditioners": 34, "water_purifiers": 30, "small": 16, "consumables": 20}

_LIST_PRICE, _TRADE_PRICE, _BULK_PRICE = Decimal("1.00"), Decimal("0.82"), Decimal("0.74")


@dataclass(frozen=True, slots=True)
class Habit:
    """The buying habits of the customers of one segment.

    `gap_days` is the median number of days between two orders, `quantity` the least and greatest
    number of pieces per line, and `leaving` the probability that a satisfied customer never buys
    again after an order. `basket` contains the weight of each product category, and `lines` the
    weights of orders with one line, two lines and so on. `price_share` is the part of the list
    price that is paid, and `promise_days` the promised delivery time.
    """

    gap_days: float
    quantity: tuple[int, int]
    leaving: float
    basket: dict[str, int]
    lines: tuple[int, ...] = (22, 26, 24, 17, 11)
    price_share: Decimal = _TRADE_PRICE
    promise_days: int = 7


HOUSEHOLD = Habit(
    gap_days=185,
    quantity=(1, 1),
    leaving=0.10,
    basket=_HOME,
    lines=(72, 20, 8),
    price_share=_LIST_PRICE,
    promise_days=3,
)
SHOPPER = HOUSEHOLD
DEPARTMENT_STORE = Habit(gap_days=21, quantity=(1, 6), leaving=0.004, basket=_WHOLE_RANGE)
SUPERMARKET = Habit(gap_days=22, quantity=(2, 8), leaving=0.005, basket=_SMALL)
HYPERMARKET = Habit(gap_days=17, quantity=(3, 12), leaving=0.004, basket=_WHOLE_RANGE)
CONVENIENCE_STORE = Habit(gap_days=31, quantity=(1, 4), leaving=0.008, basket=_NEARBY)
SPECIALTY_STORE = Habit(gap_days=18, quantity=(1, 7), leaving=0.005, basket=_WHOLE_RANGE)
WHOLESALER = Habit(
    gap_days=16, quantity=(12, 60), leaving=0.003, basket=_LARGE | _SMALL, price_share=_BULK_PRICE
)
INTERMEDIARY = Habit(gap_days=32, quantity=(2, 14), leaving=0.008, basket=_WHOLE_RANGE)
INTEGRATOR = Habit(
    gap_days=45,
    quantity=(8, 40),
    leaving=0.008,
    basket=_BUILT_IN,
    price_share=_BULK_PRICE,
    promise_days=14,
)
GOVERNMENT = Habit(gap_days=150, quantity=(3, 24), leaving=0.01, basket=_OFFICE, promise_days=14)
SPECIAL = Habit(
    gap_days=95, quantity=(4, 36), leaving=0.006, basket=_OFFICE | _LARGE, promise_days=14
)
COMPANY = Habit(gap_days=110, quantity=(1, 12), leaving=0.02, basket=_OFFICE, promise_days=10)
DEPARTMENT = Habit(gap_days=100, quantity=(1, 4), leaving=0.0, basket=_WHOLE_RANGE, promise_days=2)

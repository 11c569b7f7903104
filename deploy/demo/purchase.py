"""Random purchases: the order, its delivery, its faults and its return."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import accumulate
from random import Random

from deploy.demo.catalogue import CATALOGUE, Product
from deploy.demo.habits import Habit
from deploy.demo.seasons import is_festival, seasonal_factor
from deploy.demo.story import BAD_BATCH, BAD_BATCH_PRODUCTS, END, WEST_WAREHOUSE

_CENT = Decimal("0.01")
_SHARE_ON_TIME = {"east": 0.93, "north": 0.90, "south": 0.92, "west": 0.93}
_ON_TIME_IN_THE_WEST_BEFORE_WAREHOUSE = 0.66
_ON_TIME_AT_FESTIVALS = 0.90
_LARGE_QUANTITY, _LARGE_QUANTITY_DISCOUNT = 20, 3
_SHARE_DISCOUNTED, _OTHER_DISCOUNT = 0.06, 5
_FAULT_RATE_OF_THE_BAD_BATCH = 0.30


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an order: one product; the discount is an amount for the whole line."""

    product: Product
    quantity: int
    unit_price: Decimal
    discount: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Purchase:
    """An order with its delivery and perhaps a return.

    `customer` is an external id, or None for an anonymous shopper. `returned` contains the lines
    that are sent back.
    """

    customer: str | None
    ordered_at: datetime
    lines: tuple[Line, ...]
    promised_on: date
    delivered_on: date
    faulty: bool
    returned_at: datetime | None = None
    returned: tuple[Line, ...] = ()

    @property
    def days_late(self) -> int:
        """The days from the promised to the actual delivery; negative if it came early."""
        return (self.delivered_on - self.promised_on).days


def purchase(
    rng: Random, habit: Habit, *, customer: str | None, team: str, ordered_at: datetime
) -> Purchase:
    """Return a random order with its delivery; some orders are followed by a return."""
    day = ordered_at.date()
    lines = _random_lines(rng, habit, day)
    promised_on = day + timedelta(days=habit.promise_days)
    delivered_on = _delivered_on(rng, team, day, promised_on)
    faulty = any(rng.random() < _fault_rate(line.product, day) for line in lines)
    returned_at = _returned_at(rng, delivered_on, faulty=faulty)
    return Purchase(
        customer=customer,
        ordered_at=ordered_at,
        lines=lines,
        promised_on=promised_on,
        delivered_on=delivered_on,
        faulty=faulty,
        returned_at=returned_at,
        returned=(_return_line(rng, rng.choice(lines)),) if returned_at else (),
    )


def _random_lines(rng: Random, habit: Habit, day: date) -> tuple[Line, ...]:
    """Return random lines, each with a different product, as the habit and the season suggest."""
    count = rng.choices(range(1, len(habit.lines) + 1), weights=habit.lines)[0]
    weights = _cumulative_weights(tuple(habit.basket.items()), day.month)
    products = rng.choices(CATALOGUE, cum_weights=weights, k=count)
    return tuple(_random_line(rng, habit, product, day) for product in dict.fromkeys(products))


@cache
def _cumulative_weights(basket: tuple[tuple[str, int], ...], month: int) -> list[float]:
    """Return the running totals of the products' weights, in the order of CATALOGUE.

    `basket` contains pairs of a category and its weight.
    """
    category_weights = dict(basket)
    return list(accumulate(_weight(product, category_weights, month) for product in CATALOGUE))


def _weight(product: Product, category_weights: dict[str, int], month: int) -> float:
    """Return how likely a product is bought: its part of the weight of its category."""
    products_in_category = sum(other.category == product.category for other in CATALOGUE)
    weight = category_weights.get(product.category, 0)
    return weight * seasonal_factor(product.category, month) / products_in_category


def _random_line(rng: Random, habit: Habit, product: Product, day: date) -> Line:
    """Return an order line for a product, with a random quantity and discount."""
    quantity = rng.randint(*habit.quantity)
    unit_price = (product.list_price * habit.price_share).quantize(_CENT)
    percent = _discount_percent(rng, quantity, day)
    return Line(
        product, quantity, unit_price, (unit_price * quantity * percent / 100).quantize(_CENT)
    )


def _discount_percent(rng: Random, quantity: int, day: date) -> int:
    """Return a random discount in percent: at festivals, for large quantities, or rarely; or 0."""
    if is_festival(day):
        return rng.choice((5, 8, 10, 12))
    if quantity >= _LARGE_QUANTITY:
        return _LARGE_QUANTITY_DISCOUNT
    return _OTHER_DISCOUNT if rng.random() < _SHARE_DISCOUNTED else 0


def _delivered_on(rng: Random, team: str, day: date, promised_on: date) -> date:
    """Return a random delivery day: at most two days early, or some days late."""
    if rng.random() < _share_on_time(team, day):
        return promised_on - timedelta(days=rng.randint(0, 2))
    return promised_on + timedelta(days=1 + int(rng.expovariate(0.25)))


def _share_on_time(team: str, day: date) -> float:
    """Return the share of deliveries on time, which was low in the west without a warehouse."""
    without_warehouse = team == "west" and day < WEST_WAREHOUSE
    share = _ON_TIME_IN_THE_WEST_BEFORE_WAREHOUSE if without_warehouse else _SHARE_ON_TIME[team]
    return share * _ON_TIME_AT_FESTIVALS if is_festival(day) else share


def _fault_rate(product: Product, day: date) -> float:
    """Return the probability that an order has a faulty piece of this product."""
    first, last = BAD_BATCH
    if product.code in BAD_BATCH_PRODUCTS and first <= day <= last:
        return _FAULT_RATE_OF_THE_BAD_BATCH
    return product.fault_rate


def _returned_at(rng: Random, delivered_on: date, *, faulty: bool) -> datetime | None:
    """Return when the customer sends pieces back; None if this happens never or after END."""
    if rng.random() > (0.45 if faulty else 0.018):
        return None
    day = delivered_on + timedelta(days=rng.randint(1, 12))
    return at_some_hour(rng, day) if day <= END else None


def at_some_hour(rng: Random, day: date) -> datetime:
    """Return a random time of this day between 08:00 and 21:30, in whole seconds."""
    opening = datetime(day.year, day.month, day.day, 8)  # noqa: DTZ001 - naive, as in the files
    return opening + timedelta(seconds=rng.randint(0, 48_600))


def _return_line(rng: Random, line: Line) -> Line:
    """Return the line of a return: some of the pieces, at the price paid after discount."""
    pieces = rng.randint(1, line.quantity)
    paid = line.unit_price - line.discount / line.quantity
    return Line(line.product, -pieces, paid.quantize(_CENT))

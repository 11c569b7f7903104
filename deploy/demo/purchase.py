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
_ON_TIME = {"east": 0.93, "north": 0.90, "south": 0.92, "west": 0.93}
_ON_TIME_IN_THE_WEST_BEFORE = 0.66
_ON_TIME_AT_FESTIVALS = 0.90
_VOLUME, _VOLUME_DISCOUNT = 20, 3
_SHARE_DISCOUNTED, _OTHER_DISCOUNT = 0.06, 5
_FAULT_RATE_OF_THE_BAD_BATCH = 0.30


@dataclass(frozen=True, slots=True)
class Line:
    """A product in an order; the discount is an amount for the whole line."""

    product: Product
    quantity: int
    unit_price: Decimal
    discount: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Purchase:
    """An order with its delivery and return; without a customer it is anonymous."""

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
        return (self.delivered_on - self.promised_on).days


def purchase(
    rng: Random, habit: Habit, *, customer: str | None, team: str, ordered_at: datetime
) -> Purchase:
    """Return a random order with its delivery and, for some, a return."""
    day = ordered_at.date()
    lines = _lines(rng, habit, day)
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


def _lines(rng: Random, habit: Habit, day: date) -> tuple[Line, ...]:
    count = rng.choices(range(1, len(habit.lines) + 1), weights=habit.lines)[0]
    weights = _weights(tuple(habit.basket.items()), day.month)
    products = rng.choices(CATALOGUE, cum_weights=weights, k=count)
    return tuple(_line(rng, habit, product, day) for product in dict.fromkeys(products))


@cache
def _weights(basket: tuple[tuple[str, int], ...], month: int) -> list[float]:
    """Return the cumulative weights of the catalogue's products in one month."""
    share = dict(basket)
    return list(accumulate(_weight(product, share, month) for product in CATALOGUE))


def _weight(product: Product, share: dict[str, int], month: int) -> float:
    siblings = sum(other.category == product.category for other in CATALOGUE)
    return share.get(product.category, 0) * seasonal_factor(product.category, month) / siblings


def _line(rng: Random, habit: Habit, product: Product, day: date) -> Line:
    quantity = rng.randint(*habit.quantity)
    unit_price = (product.list_price * habit.price_share).quantize(_CENT)
    percent = _discount_percent(rng, quantity, day)
    return Line(
        product, quantity, unit_price, (unit_price * quantity * percent / 100).quantize(_CENT)
    )


def _discount_percent(rng: Random, quantity: int, day: date) -> int:
    """Return a random discount: at festivals, for large quantities, or sometimes."""
    if is_festival(day):
        return rng.choice((5, 8, 10, 12))
    if quantity >= _VOLUME:
        return _VOLUME_DISCOUNT
    return _OTHER_DISCOUNT if rng.random() < _SHARE_DISCOUNTED else 0


def _delivered_on(rng: Random, team: str, day: date, promised_on: date) -> date:
    """Return a random day: up to two days before the promised one, or after it."""
    if rng.random() < _on_time(team, day):
        return promised_on - timedelta(days=rng.randint(0, 2))
    return promised_on + timedelta(days=1 + int(rng.expovariate(0.25)))


def _on_time(team: str, day: date) -> float:
    """Return the share of deliveries on time: low in the west before its warehouse opened."""
    west_before = team == "west" and day < WEST_WAREHOUSE
    share = _ON_TIME_IN_THE_WEST_BEFORE if west_before else _ON_TIME[team]
    return share * _ON_TIME_AT_FESTIVALS if is_festival(day) else share


def _fault_rate(product: Product, day: date) -> float:
    first, last = BAD_BATCH
    if product.code in BAD_BATCH_PRODUCTS and first <= day <= last:
        return _FAULT_RATE_OF_THE_BAD_BATCH
    return product.fault_rate


def _returned_at(rng: Random, delivered_on: date, *, faulty: bool) -> datetime | None:
    """Return when a delivery is sent back; None if it is not, or after END."""
    if rng.random() > (0.45 if faulty else 0.018):
        return None
    day = delivered_on + timedelta(days=rng.randint(1, 12))
    return at_some_hour(rng, day) if day <= END else None


def at_some_hour(rng: Random, day: date) -> datetime:
    """Return a time between eight and half past nine in the evening, to the second."""
    opening = datetime(day.year, day.month, day.day, 8)  # noqa: DTZ001 - naive, as in the files
    return opening + timedelta(seconds=rng.randint(0, 48_600))


def _return_line(rng: Random, line: Line) -> Line:
    """Return a line that takes some pieces back, at the price paid for each after discount."""
    pieces = rng.randint(1, line.quantity)
    paid = line.unit_price - line.discount / line.quantity
    return Line(line.product, -pieces, paid.quantize(_CENT))

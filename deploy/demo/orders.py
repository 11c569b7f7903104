"""Three years of orders: purchases and returns of customers and of anonymous shoppers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from random import Random

from deploy.demo import habits
from deploy.demo.cities import CITIES
from deploy.demo.customers import Customer
from deploy.demo.mood import Mood
from deploy.demo.purchase import Line, Purchase, at_some_hour, purchase
from deploy.demo.seasons import later, random_day
from deploy.demo.story import END, random_stream

_SHOPPERS = 1600
_REGULARITY = 3.0
"""Shape of the gamma distribution of the days between two orders; more is more regular."""
_LEAVING_PER_DISCONTENT = 0.24


@dataclass(frozen=True, slots=True)
class PurchaseHistory:
    """A customer's purchases in order of time, and the mood from each delivery day on."""

    customer: Customer
    purchases: tuple[Purchase, ...]
    moods: tuple[tuple[date, Mood], ...]

    def last_bought_before(self, day: date) -> date | None:
        """Return the day of the last purchase before a day; None if there is none."""
        days = [purchase.ordered_at.date() for purchase in self.purchases]
        before = [bought for bought in days if bought < day]
        return before[-1] if before else None

    def mood_on(self, day: date) -> Mood:
        """Return the customer's mood on a day, after all deliveries up to that day."""
        moods = [mood for since, mood in self.moods if since <= day]
        return moods[-1] if moods else Mood(self.customer.expected_satisfaction)


@dataclass(frozen=True, slots=True)
class Order:
    """An order as in the file; a return has an id with prefix R and negative quantities."""

    order_id: str
    ordered_at: datetime
    customer: str | None
    lines: tuple[Line, ...]
    promised_on: date | None = None
    delivered_on: date | None = None
    faulty: bool | None = None


def purchase_history(customer: Customer, seed: int) -> PurchaseHistory:
    """Return the random purchases of a customer until END, or until the customer stops buying."""
    rng = random_stream(seed, "life", customer.external_id)
    mood, day = Mood(customer.expected_satisfaction), _first_day(rng, customer)
    purchases: list[Purchase] = []
    moods: list[tuple[date, Mood]] = []
    while customer.buys and day <= END:
        bought = purchase(
            rng,
            customer.segment.habit,
            customer=customer.external_id,
            team=customer.city.team,
            ordered_at=at_some_hour(rng, day),
        )
        mood = mood.after(days_late=bought.days_late, faulty=bought.faulty)
        purchases.append(bought)
        moods.append((bought.delivered_on, mood))
        if rng.random() < _chance_of_leaving(customer, mood):
            break
        day = _next_day(rng, customer, day)
    return PurchaseHistory(customer, tuple(purchases), tuple(moods))


def shoppers(seed: int) -> tuple[Purchase, ...]:
    """Return the random purchases of shoppers who are not known by name (顾客)."""
    rng = random_stream(seed, "shoppers")
    return tuple(
        purchase(
            rng,
            habits.SHOPPER,
            customer=None,
            team=rng.choice(CITIES).team,
            ordered_at=at_some_hour(rng, random_day(rng)),
        )
        for _ in range(_SHOPPERS)
    )


def orders(purchases: Iterable[Purchase]) -> list[Order]:
    """Return the purchases as numbered orders, and their returns, all in order of time."""
    ordered = sorted(purchases, key=lambda bought: (bought.ordered_at, bought.customer or ""))
    numbered = [(f"SO{number:06d}", bought) for number, bought in enumerate(ordered, start=1)]
    placed = [_order_of(order_id, bought) for order_id, bought in numbered]
    returns = [
        Order(f"R{order_id}", bought.returned_at, bought.customer, bought.returned)
        for order_id, bought in numbered
        if bought.returned_at
    ]
    return sorted(placed + returns, key=lambda order: (order.ordered_at, order.order_id))


def _order_of(order_id: str, bought: Purchase) -> Order:
    """Return a purchase as an order; after END its delivery and its faults are still unknown."""
    arrived = bought.delivered_on <= END
    return Order(
        order_id=order_id,
        ordered_at=bought.ordered_at,
        customer=bought.customer,
        lines=bought.lines,
        promised_on=bought.promised_on,
        delivered_on=bought.delivered_on if arrived else None,
        faulty=bought.faulty if arrived else None,
    )


def _first_day(rng: Random, customer: Customer) -> date:
    """Return a random day for the first order, soon after the customer joined."""
    return later(customer.joined, quiet_days=rng.random() * customer.gap_days)


def _next_day(rng: Random, customer: Customer, day: date) -> date:
    """Return a random day for the next order; the gaps are fairly regular, shorter in season."""
    gap = rng.gammavariate(_REGULARITY, customer.gap_days / _REGULARITY)
    return later(day, quiet_days=gap)


def _chance_of_leaving(customer: Customer, mood: Mood) -> float:
    """Return the probability that the customer never buys again, higher in a bad mood."""
    return customer.segment.habit.leaving + _LEAVING_PER_DISCONTENT * mood.discontent

"""The demo's figures, calculated directly from its files without any code of the product.

docs/figures.md contains the rules for points, ABC classes, the loyalty ladder, silent customers
and the satisfaction index without weights. This module applies these rules with
the default settings.
"""

import csv
import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path
from statistics import fmean, median, stdev

from scipy import stats

RUNGS = (
    "suspect",
    "prospect",
    "disqualified",
    "first_time",
    "repeat",
    "client",
    "member",
    "advocate",
    "partner",
    "inactive",
)


@dataclass
class Buyer:
    """A customer: the days with a purchase, and the net revenue and cost of each local day."""

    external_id: str
    days: set[date] = field(default_factory=set)
    revenue: dict[date, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    cost: dict[date, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    def value(self, as_of: date, *, after: date = date.min) -> Decimal:
        """Return the net revenue of the days after `after` up to and including `as_of`."""
        return sum(
            (amount for day, amount in self.revenue.items() if after < day <= as_of), Decimal(0)
        )

    def profit(self, as_of: date) -> Decimal:
        """Return the net revenue less the cost, up to and including the day `as_of`."""
        cost = sum((amount for day, amount in self.cost.items() if day <= as_of), Decimal(0))
        return self.value(as_of) - cost

    def days_bought(self, as_of: date) -> list[date]:
        """Return the days with a purchase up to and including `as_of`, sorted."""
        return sorted(day for day in self.days if day <= as_of)


@dataclass(frozen=True)
class Class:
    """One row of the ABC table; `members` are the external ids of its customers."""

    customers: int
    value: Decimal
    customer_share: Fraction
    value_share: Fraction
    members: tuple[str, ...]


@dataclass(frozen=True)
class Fact:
    """The day and the amount of one order or return."""

    day: date
    amount: Decimal


@dataclass(frozen=True)
class Index:
    """A satisfaction index from 0 to 100 with its 95 % interval."""

    n: int
    index: float
    low: float
    high: float


def rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


@cache
def buyers(folder: Path) -> dict[str, Buyer]:
    """Return every customer by external id, with all purchases and returns."""
    by_id = {
        row["external_id"]: Buyer(row["external_id"]) for row in rows(folder / "customers.csv")
    }
    times = _order_times(folder)
    for row in rows(folder / "orders.csv"):
        if row["customer_external_id"]:
            _add_row(by_id[row["customer_external_id"]], row, times[row["order_id"]].date())
    return by_id


@cache
def _order_times(folder: Path) -> dict[str, datetime]:
    """Return the time of each order by its id: the earliest time of its lines."""
    times: dict[str, datetime] = {}
    for row in rows(folder / "orders.csv"):
        at = datetime.fromisoformat(row["ordered_at"])
        times[row["order_id"]] = min(at, times.get(row["order_id"], at))
    return times


def _add_row(buyer: Buyer, row: dict[str, str], day: date) -> None:
    """Add a line of an order to the figures of its buyer; if it is a purchase, also its day."""
    quantity = Decimal(row["quantity"])
    if quantity > 0:
        buyer.days.add(day)
    buyer.revenue[day] += _amount(row)
    buyer.cost[day] += quantity * Decimal(row["unit_cost"])


def _amount(row: dict[str, str]) -> Decimal:
    """Return the amount of an order line after its discount."""
    return Decimal(row["quantity"]) * Decimal(row["unit_price"]) - Decimal(row["discount"] or 0)


def points(buyer: Buyer, as_of: date) -> Decimal:
    """Return the points of a customer: the net purchases divided by 100 000."""
    return buyer.value(as_of) / 100_000


def most_valuable(folder: Path, as_of: date, count: int = 10) -> list[tuple[str, Decimal]]:
    """Return the external ids and points of the customers with the most points."""
    ranked = sorted(
        ((points(buyer, as_of), buyer.external_id) for buyer in buyers(folder).values()),
        key=lambda pair: (-pair[0], pair[1]),
    )
    return [(external_id, value) for value, external_id in ranked[:count]]


def is_silent(days: list[date], as_of: date) -> bool:
    """Return whether a customer who bought on `days` has been silent for too long by `as_of`.

    Allowed are 3 times the median gap between purchases, but at least 90 days; with fewer than
    three days of purchase, 365 days.
    """
    allowed = 365.0
    if len(days) >= 3:
        gaps = [(later - earlier).days for earlier, later in pairwise(days)]
        allowed = max(90.0, 3 * float(median(gaps)))
    return (as_of - days[-1]).days > allowed


def rung(days: list[date], as_of: date) -> str:
    """Return the loyalty rung, on the day `as_of`, of a customer who bought on `days`."""
    if not days:
        return "suspect"
    if is_silent(days, as_of):
        return "inactive"
    return {1: "first_time", 2: "repeat", 3: "repeat"}.get(len(days), "client")


def ladder(folder: Path, as_of: date) -> dict[str, tuple[int, Decimal]]:
    """Return for each rung the number of customers and their revenue of the last 12 months."""
    a_year_before = as_of.replace(year=as_of.year - 1)
    revenues: dict[str, list[Decimal]] = {name: [] for name in RUNGS}
    for buyer in buyers(folder).values():
        name = rung(buyer.days_bought(as_of), as_of)
        revenues[name].append(buyer.value(as_of, after=a_year_before))
    return {name: (len(of_rung), sum(of_rung, Decimal(0))) for name, of_rung in revenues.items()}


def abc(folder: Path, as_of: date, *, basis: str = "revenue") -> dict[str, Class]:
    """Return the ABC classes of all customers who bought something, by revenue or profit.

    Class A is the best 5 % of them, class B the next 15 %, class C the rest. A customer with a
    negative value is always in class C.
    """
    active = [buyer for buyer in buyers(folder).values() if buyer.days_bought(as_of)]
    worth = {
        buyer.external_id: buyer.profit(as_of) if basis == "profit" else buyer.value(as_of)
        for buyer in active
    }
    ranked = sorted(worth, key=lambda external_id: (-worth[external_id], external_id))
    size_of_a = math.ceil(Fraction(5, 100) * len(ranked))
    size_of_a_and_b = math.ceil(Fraction(20, 100) * len(ranked))
    best = [external_id for external_id in ranked[:size_of_a_and_b] if worth[external_id] >= 0]
    members = {"A": best[:size_of_a], "B": best[size_of_a:], "C": ranked[len(best) :]}
    total = sum(worth.values(), Decimal(0))
    return {name: _class_of(ids, worth, total) for name, ids in members.items()}


def _class_of(ids: list[str], worth: dict[str, Decimal], total: Decimal) -> Class:
    """Return the ABC class of these customers; `worth` is the value of every customer by id."""
    value = sum((worth[external_id] for external_id in ids), Decimal(0))
    return Class(
        customers=len(ids),
        value=value,
        customer_share=Fraction(len(ids), len(worth)),
        value_share=Fraction(value) / Fraction(total),
        members=tuple(ids),
    )


def facts(folder: Path, external_id: str, as_of: date, *, sign: int) -> list[Fact]:
    """Return the purchases (if `sign` is 1) or returns (if it is -1) of a customer, per order."""
    times = _order_times(folder)
    amounts: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows(folder / "orders.csv"):
        is_customers = row["customer_external_id"] == external_id
        in_time = times[row["order_id"]].date() <= as_of
        if is_customers and in_time and Decimal(row["quantity"]) * sign > 0:
            amounts[row["order_id"]] += _amount(row)
    return [Fact(times[order_id].date(), amount) for order_id, amount in amounts.items()]


def response_index(row: dict[str, str], codes: list[str], *, lowest: int, highest: int) -> float:
    """Return the index of one response: the mean of its answered items, on a scale of 0 to 100.

    Valid answers are from `lowest` to `highest`. Items without an answer, and answers outside the
    scale ("not applicable"), are left out.
    """
    return fmean(
        100 * (int(row[code]) - lowest) / (highest - lowest)
        for code in codes
        if row[code] and lowest <= int(row[code]) <= highest
    )


def index(folder: Path, wave: str, codes: list[str], *, lowest: int, highest: int) -> Index:
    """Return the satisfaction index of a wave: the mean of the indices of its responses.

    The interval is the 95 % confidence interval of a mean by Student's t distribution.
    """
    indices = [
        response_index(row, codes, lowest=lowest, highest=highest)
        for row in rows(folder / f"answers-{wave}.csv")
    ]
    mean, n = fmean(indices), len(indices)
    half_width = float(stats.t.ppf(0.975, n - 1)) * stdev(indices) / math.sqrt(n)
    return Index(n=n, index=mean, low=mean - half_width, high=mean + half_width)

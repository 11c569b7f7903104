"""The demo's figures calculated directly from its files, without any code of the product.

The rules are those of docs/figures.md with their default settings: points, ABC classes, the ladder,
silence, and the plain satisfaction index.
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
    """A customer on record with the amounts of each local day."""

    external_id: str
    days: set[date] = field(default_factory=set)
    revenue: dict[date, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    cost: dict[date, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    def value(self, as_of: date, *, after: date = date.min) -> Decimal:
        return sum((v for day, v in self.revenue.items() if after < day <= as_of), Decimal(0))

    def profit(self, as_of: date) -> Decimal:
        spent = sum((v for day, v in self.cost.items() if day <= as_of), Decimal(0))
        return self.value(as_of) - spent

    def bought_on(self, as_of: date) -> list[date]:
        return sorted(day for day in self.days if day <= as_of)


@dataclass(frozen=True)
class Class:
    """One row of the ABC table."""

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
    """Return every customer on record with purchases and returns, by external id."""
    found = {
        row["external_id"]: Buyer(row["external_id"]) for row in rows(folder / "customers.csv")
    }
    first_seen = _times(folder)
    for row in rows(folder / "orders.csv"):
        if row["customer_external_id"]:
            _add(found[row["customer_external_id"]], row, first_seen[row["order_id"]].date())
    return found


@cache
def _times(folder: Path) -> dict[str, datetime]:
    times: dict[str, datetime] = {}
    for row in rows(folder / "orders.csv"):
        at = datetime.fromisoformat(row["ordered_at"])
        times[row["order_id"]] = min(at, times.get(row["order_id"], at))
    return times


def _add(buyer: Buyer, row: dict[str, str], day: date) -> None:
    quantity = Decimal(row["quantity"])
    if quantity > 0:
        buyer.days.add(day)
    buyer.revenue[day] += _amount(row)
    buyer.cost[day] += quantity * Decimal(row["unit_cost"])


def _amount(row: dict[str, str]) -> Decimal:
    return Decimal(row["quantity"]) * Decimal(row["unit_price"]) - Decimal(row["discount"] or 0)


def points(buyer: Buyer, as_of: date) -> Decimal:
    """Return the points of a customer: one for every 100 000 bought, net of returns."""
    return buyer.value(as_of) / 100_000


def most_valuable(folder: Path, as_of: date, count: int = 10) -> list[tuple[str, Decimal]]:
    ranked = sorted(
        ((points(buyer, as_of), buyer.external_id) for buyer in buyers(folder).values()),
        key=lambda pair: (-pair[0], pair[1]),
    )
    return [(external_id, value) for value, external_id in ranked[:count]]


def is_silent(days: list[date], as_of: date) -> bool:
    """Return whether the last purchase is longer ago than the gaps between purchases allow."""
    allowed = 365.0
    if len(days) >= 3:
        gaps = [(later - earlier).days for earlier, later in pairwise(days)]
        allowed = max(90.0, 3 * float(median(gaps)))
    return (as_of - days[-1]).days > allowed


def rung(days: list[date], as_of: date) -> str:
    if not days:
        return "suspect"
    if is_silent(days, as_of):
        return "inactive"
    return {1: "first_time", 2: "repeat", 3: "repeat"}.get(len(days), "client")


def ladder(folder: Path, as_of: date) -> dict[str, tuple[int, Decimal]]:
    """Return customers and the revenue of the last twelve months for each rung."""
    a_year_before = as_of.replace(year=as_of.year - 1)
    revenues: dict[str, list[Decimal]] = {name: [] for name in RUNGS}
    for buyer in buyers(folder).values():
        name = rung(buyer.bought_on(as_of), as_of)
        revenues[name].append(buyer.value(as_of, after=a_year_before))
    return {name: (len(each), sum(each, Decimal(0))) for name, each in revenues.items()}


def abc(folder: Path, as_of: date, *, basis: str = "revenue") -> dict[str, Class]:
    """Return the ABC classes of the buyers by value: A the first 5 %, B up to 20 %, C the rest."""
    bought = [buyer for buyer in buyers(folder).values() if buyer.bought_on(as_of)]
    worth = {
        buyer.external_id: buyer.profit(as_of) if basis == "profit" else buyer.value(as_of)
        for buyer in bought
    }
    ranked = sorted(worth, key=lambda external_id: (-worth[external_id], external_id))
    a, b = math.ceil(Fraction(5, 100) * len(ranked)), math.ceil(Fraction(20, 100) * len(ranked))
    positive = [one for one in ranked[:b] if worth[one] >= 0]
    members = {"A": positive[:a], "B": positive[a:], "C": ranked[len(positive) :]}
    total = sum(worth.values(), Decimal(0))
    return {name: _class(ids, worth, total) for name, ids in members.items()}


def _class(ids: list[str], worth: dict[str, Decimal], total: Decimal) -> Class:
    value = sum((worth[one] for one in ids), Decimal(0))
    return Class(
        customers=len(ids),
        value=value,
        customer_share=Fraction(len(ids), len(worth)),
        value_share=Fraction(value) / Fraction(total),
        members=tuple(ids),
    )


def facts(folder: Path, external_id: str, as_of: date, *, sign: int) -> list[Fact]:
    """Return the purchases (`sign` 1) or returns (-1) of one customer, one fact per order."""
    times = _times(folder)
    amounts: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows(folder / "orders.csv"):
        mine = row["customer_external_id"] == external_id
        if mine and Decimal(row["quantity"]) * sign > 0 and times[row["order_id"]].date() <= as_of:
            amounts[row["order_id"]] += _amount(row)
    return [Fact(times[order_id].date(), amount) for order_id, amount in amounts.items()]


def response_index(row: dict[str, str], codes: list[str], *, least: int, most: int) -> float:
    """Return the mean of the answered items of one response, each from 0 to 100."""
    return fmean(
        100 * (int(row[code]) - least) / (most - least)
        for code in codes
        if row[code] and least <= int(row[code]) <= most
    )


def index(folder: Path, wave: str, codes: list[str], *, least: int, most: int) -> Index:
    """Return the mean of the responses' indices, each the mean of its answered items."""
    each = [
        response_index(row, codes, least=least, most=most)
        for row in rows(folder / f"answers-{wave}.csv")
    ]
    mean, n = fmean(each), len(each)
    reach = float(stats.t.ppf(0.975, n - 1)) * stdev(each) / math.sqrt(n)
    return Index(n=n, index=mean, low=mean - reach, high=mean + reach)

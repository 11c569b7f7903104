"""The UCI Online Retail data set, and the figures that follow from its file.

The figures are calculated here without any code of the services, to check the services' figures.
Source: D. Chen, "Online Retail", UCI Machine Learning Repository, 2015, doi 10.24432/C5BW33,
CC BY 4.0. The file is not part of the project.
"""

import csv
import gzip
import shutil
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from math import ceil
from pathlib import Path
from statistics import median
from typing import NamedTuple

FOLDER = Path(__file__).parents[3] / "shared" / "data"
FILE = FOLDER / "online_retail_full.csv.gz"
SYSTEM = "shop"
CURRENCY = "GBP"
TIMEZONE = "Europe/London"
LAST_DAY = date(2011, 12, 9)
MAPPING = {
    "InvoiceNo": "order_id",
    "StockCode": "product_code",
    "Description": "product_name",
    "Quantity": "quantity",
    "InvoiceDate": "ordered_at",
    "UnitPrice": "unit_price",
    "CustomerID": "customer_external_id",
}
OPTIONS = {
    "system": SYSTEM,
    "create_customers": True,
    "currency": CURRENCY,
    "timezone": TIMEZONE,
    "return_prefix": "C",
    "strip_suffix": ".0",
}

number = lru_cache(maxsize=65_536)(Decimal)
"""Return a text as a Decimal; cached, because the same numbers occur many times."""


class Row(NamedTuple):
    """One line of the file; all values are text, `at` is the date and time of the order."""

    order: str
    product: str
    name: str
    quantity: str
    at: str
    price: str
    customer: str
    country: str


@dataclass(frozen=True)
class Class:
    """One class of the ABC table.

    `members` are external ids, `value` is the sum of the members' revenue, and `threshold` is the
    lowest revenue of a member (None if there is no member).
    """

    members: frozenset[str]
    value: Decimal
    threshold: Decimal | None


@dataclass
class Buyer:
    """A customer: the days with a purchase, and the net revenue (less returns) of each day."""

    days: set[date] = field(default_factory=set)
    revenue: dict[date, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    @property
    def value(self) -> Decimal:
        """Revenue of all days, from which returns are subtracted."""
        return sum(self.revenue.values(), Decimal(0))

    def value_within(self, after: date, last: date) -> Decimal:
        """Return the revenue of the days after `after` up to and including `last`."""
        return sum(
            (amount for day, amount in self.revenue.items() if after < day <= last), Decimal(0)
        )


@dataclass
class Shop:
    """The content of the file.

    An order with a negative price is rejected: only the number of its lines is counted.
    `anonymous` contains the orders without a customer.
    """

    lines: int = 0
    rejected: set[str] = field(default_factory=set)
    rejected_lines: int = 0
    orders: set[str] = field(default_factory=set)
    anonymous: set[str] = field(default_factory=set)
    products: dict[str, str] = field(default_factory=dict)
    buyers: dict[str, Buyer] = field(default_factory=lambda: defaultdict(Buyer))

    @property
    def total(self) -> Decimal:
        """Net revenue of the customers who have a purchase: the total of the ABC table."""
        return sum((buyer.value for buyer in self.buyers.values() if buyer.days), Decimal(0))


def unpack(target: Path) -> Path:
    """Write the decompressed CSV file to `target` and return that path."""
    with gzip.open(FILE, "rb") as packed, target.open("wb") as plain:
        shutil.copyfileobj(packed, plain)
    return target


def rows() -> Iterator[Row]:
    """Yield the lines of the file, without the header."""
    with gzip.open(FILE, "rt", encoding="utf-8", newline="") as file:
        lines = csv.reader(file)
        next(lines)
        yield from map(Row._make, lines)


def read() -> Shop:
    """Return the content of the file.

    The first pass finds the day of each order and the rejected orders, the second pass adds the
    lines. An order may have lines at several times: its day is that of the earliest one.
    """
    shop = Shop()
    ordered_at: dict[str, str] = {}
    names: dict[str, str] = {}
    for row in rows():
        ordered_at[row.order] = min(row.at, ordered_at.get(row.order, row.at))
        if row.name.strip():
            names[row.product] = row.name.strip()
        if number(row.price) < 0:
            shop.rejected.add(row.order)
    days = {order: date.fromisoformat(at[:10]) for order, at in ordered_at.items()}
    for row in rows():
        _add_row(shop, row, days[row.order])
    shop.products = {code: names.get(code, code) for code in shop.products}
    return shop


def _add_row(shop: Shop, row: Row, day: date) -> None:
    """Add a line of the file to the shop; lines of rejected orders are only counted."""
    shop.lines += 1
    if row.order in shop.rejected:
        shop.rejected_lines += 1
        return
    shop.orders.add(row.order)
    shop.products[row.product] = ""
    if row.customer:
        _add_to_buyer(shop.buyers[row.customer.removesuffix(".0")], row, day)
    else:
        shop.anonymous.add(row.order)


def _add_to_buyer(buyer: Buyer, row: Row, day: date) -> None:
    quantity = number(row.quantity)
    buyer.revenue[day] += quantity * number(row.price)
    if quantity > 0:
        buyer.days.add(day)


def classes(shop: Shop, method: str) -> dict[str, Class]:
    """Return the members of the ABC classes A, B and C, by `method` "count" or "value".

    Customers are ordered by revenue, highest first, and by external id where revenues are equal
    (rules: docs/figures.md, ABC).
    """
    worth = {name: buyer.value for name, buyer in shop.buyers.items() if buyer.days}
    ranked = sorted(worth, key=lambda name: (-worth[name], name))
    found: dict[str, list[str]] = {"A": [], "B": [], "C": []}
    reached, total = Decimal(0), shop.total
    for rank, name in enumerate(ranked):
        if method == "count":
            in_a, in_a_or_b = rank < ceil(len(ranked) / 20), rank < ceil(len(ranked) / 5)
        else:
            in_a, in_a_or_b = 10 * reached < 7 * total, 10 * reached < 9 * total
        reached += worth[name]
        found["C" if worth[name] < 0 or not in_a_or_b else "A" if in_a else "B"].append(name)
    return {letter: _class_of(names, worth) for letter, names in found.items()}


def _class_of(names: list[str], worth: dict[str, Decimal]) -> Class:
    values = [worth[name] for name in names]
    return Class(frozenset(names), sum(values, Decimal(0)), min(values, default=None))


def ladder(shop: Shop, day: date) -> dict[str, tuple[int, Decimal]]:
    """Return the number of customers and their net revenue of 12 months, for each rung.

    `day` is the last day that is included (rules: docs/figures.md, loyalty ladder).
    """
    found: dict[str, tuple[int, Decimal]] = defaultdict(lambda: (0, Decimal(0)))
    year_before = day.replace(year=day.year - 1)
    for buyer in shop.buyers.values():
        rung = _rung(sorted(bought for bought in buyer.days if bought <= day), day)
        customers, revenue = found[rung]
        found[rung] = customers + 1, revenue + buyer.value_within(year_before, day)
    return dict(found)


def _rung(days: list[date], day: date) -> str:
    """Return the rung on `day` of a customer who bought on `days`, which are sorted."""
    if not days:
        return "suspect"
    if (day - days[-1]).days > _allowed_silence(days):
        return "inactive"
    return "client" if len(days) >= 4 else "repeat" if len(days) >= 2 else "first_time"  # noqa: PLR2004


def _allowed_silence(days: list[date]) -> float:
    """Return how many days without a purchase make a customer inactive: 3 median gaps, >= 90."""
    if len(days) < 3:  # noqa: PLR2004
        return 365
    return max(90, 3 * float(median((later - earlier).days for earlier, later in pairwise(days))))

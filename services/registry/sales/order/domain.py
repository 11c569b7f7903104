"""What an order is, what it comes to, and whether two are the same. Pure.

A line with a negative quantity came back. An order all of whose lines came back is a return. The
identity of a line is its place in its order, so that exact repeats are lines of their own.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache, reduce
from uuid import UUID

from shared.money import EXACT

MOST_LINES = 2000
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Line:
    """One line, in the currency of its order; `unit_cost` is what one cost us, where known."""

    product_code: str
    quantity: Decimal
    unit_price: Decimal
    discount: Decimal = ZERO
    unit_cost: Decimal | None = None

    @property
    def amount(self) -> Decimal:
        """What the line comes to; a discount lessens what is paid, and what is paid back."""
        discount = self.discount if self.quantity > 0 else -self.discount
        return EXACT.subtract(self.full, discount)

    @property
    def full(self) -> Decimal:
        """What it would come to without a discount."""
        return EXACT.multiply(self.quantity, self.unit_price)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order as its system tells it; `occurred_on` is the business day of `ordered_at`."""

    system: str
    external_id: str
    customer_id: UUID | None
    anonymous_reference: str | None
    ordered_at: datetime
    occurred_on: date
    currency: str
    lines: tuple[Line, ...]
    promised_on: date | None = None
    delivered_on: date | None = None
    faulty: bool = False

    @property
    def is_return(self) -> bool:
        """Whether everything in it came back."""
        return all(line.quantity < 0 for line in self.lines)

    @property
    def amount(self) -> Decimal:
        """What the order comes to, in its currency, exactly."""
        return amount_of(self.lines)


def amount_of(lines: Iterable[Line]) -> Decimal:
    """Give what lines of one currency come to, exactly."""
    return reduce(EXACT.add, (line.amount for line in lines), ZERO)


def line_faults(line: Line) -> Iterable[tuple[str, str]]:
    """Tell (field, what to do) of what is wrong with a line."""
    if line.quantity == 0:
        yield "quantity", "Give a quantity other than 0; negative means returned."
    if line.unit_price < 0:
        yield "unit_price", "Give a price of 0 or more; what came back has a negative quantity."
    if not 0 <= line.discount <= abs(line.full):
        yield "discount", "Give a discount from 0 to the price of the whole line."
    if line.unit_cost is not None and line.unit_cost < 0:
        yield "unit_cost", "Give a cost of 0 or more."


def digest(order: Order) -> str:
    """Give a text that two orders share if and only if they say the same; 2.50 is 2.5."""
    parts = [
        str(order.customer_id),
        _marked(order.anonymous_reference or ""),
        order.ordered_at.isoformat(),
        order.occurred_on.isoformat(),
        order.currency,
        f"{order.promised_on}|{order.delivered_on}|{order.faulty}",
    ]
    for line in order.lines:
        parts += (
            _marked(line.product_code),
            _plain(line.quantity),
            _plain(line.unit_price),
            _plain(line.discount),
            "" if line.unit_cost is None else _plain(line.unit_cost),
        )
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def _marked(text: str) -> str:
    """Write a text without what parts texts; two texts never become one."""
    return text.replace("\x1e", "\x1e0").replace("\x1f", "\x1e1")


@lru_cache(maxsize=65_536)
def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f")

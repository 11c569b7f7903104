"""Orders and their lines: amounts, faults, and a digest that shows whether two are the same. Pure.

A line with a negative quantity is returned. An order of which all lines are returned is a return.
Lines are identified by their position in the order, so an exact repeat is a line of its own.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache, reduce
from uuid import UUID

from shared.money import EXACT

MAX_LINES = 2000
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an order, in its currency; `unit_cost` is what one unit cost us, if known."""

    product_code: str
    quantity: Decimal
    unit_price: Decimal
    discount: Decimal = ZERO
    unit_cost: Decimal | None = None

    @property
    def amount(self) -> Decimal:
        """The price of the line; a discount lessens both a payment and a refund."""
        discount = self.discount if self.quantity > 0 else -self.discount
        return EXACT.subtract(self.full_amount, discount)

    @property
    def full_amount(self) -> Decimal:
        """The price of the line without its discount."""
        return EXACT.multiply(self.quantity, self.unit_price)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order of another system; `occurred_on` is the business day of `ordered_at`."""

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
        """Whether all lines are returned."""
        return all(line.quantity < 0 for line in self.lines)

    @property
    def amount(self) -> Decimal:
        """The exact amount of the order, in its currency."""
        return amount_of(self.lines)


def amount_of(lines: Iterable[Line]) -> Decimal:
    """Return the exact sum of the amounts of lines in one currency."""
    return reduce(EXACT.add, (line.amount for line in lines), ZERO)


def line_faults(line: Line) -> Iterable[tuple[str, str]]:
    """Yield (field, message) for each fault of a line."""
    if line.quantity == 0:
        yield "quantity", "Give a quantity other than 0; negative means returned."
    if line.unit_price < 0:
        yield "unit_price", "Give a price of 0 or more; a returned item has a negative quantity."
    if not 0 <= line.discount <= abs(line.full_amount):
        yield "discount", "Give a discount from 0 to the price of the whole line."
    if line.unit_cost is not None and line.unit_cost < 0:
        yield "unit_cost", "Give a cost of 0 or more."


def digest(order: Order) -> str:
    """Return a text that two orders share if and only if all their values are equal; 2.50 is 2.5.

    The external id is not part of it. Digests are stored: another way to compute them would count
    every order that is sent again as changed once.
    """
    parts = [
        str(order.customer_id),
        _escaped(order.anonymous_reference or ""),
        order.ordered_at.isoformat(),
        order.occurred_on.isoformat(),
        order.currency,
        f"{order.promised_on}|{order.delivered_on}|{order.faulty}",
    ]
    for line in order.lines:
        parts += (
            _escaped(line.product_code),
            _plain(line.quantity),
            _plain(line.unit_price),
            _plain(line.discount),
            "" if line.unit_cost is None else _plain(line.unit_cost),
        )
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def _escaped(text: str) -> str:
    """Return a text without the separator of `digest`; two texts never become the same."""
    return text.replace("\x1e", "\x1e0").replace("\x1f", "\x1e1")


@lru_cache(maxsize=65_536)
def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f")

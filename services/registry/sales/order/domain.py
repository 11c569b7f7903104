"""Orders and their lines: amounts, faults, and a digest by which two orders are compared.

All functions are pure. A line with a negative quantity is a returned item. An order is a return if
all its lines are returned items. A line is identified by its position in the order, so two equal
lines are two lines.
"""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache, reduce
from uuid import UUID

from services.registry.sales.order.problems import ZERO_QUANTITY
from shared.errors import Fault
from shared.faults import OUT_OF_RANGE, TOO_SMALL
from shared.money import EXACT, format_decimal

MAX_LINES = 2000
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an order, with prices in the order's currency.

    `unit_cost` is what one unit cost the company; it is None if the cost is unknown.
    """

    product_code: str
    quantity: Decimal
    unit_price: Decimal
    discount: Decimal = ZERO
    unit_cost: Decimal | None = None

    @property
    def amount(self) -> Decimal:
        """The price of the line; a discount makes a payment smaller, and a refund too."""
        discount = self.discount if self.quantity > 0 else -self.discount
        return EXACT.subtract(self.full_amount, discount)

    @property
    def full_amount(self) -> Decimal:
        """The quantity times the unit price, before the discount."""
        return EXACT.multiply(self.quantity, self.unit_price)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order, identified by its id in another system.

    `occurred_on` is the business day of `ordered_at`.
    """

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
        """Whether all lines are returned items."""
        return all(line.quantity < 0 for line in self.lines)

    @property
    def amount(self) -> Decimal:
        """The exact sum of the amounts of all lines, in the currency of the order."""
        return amount_of(self.lines)


def amount_of(lines: Iterable[Line]) -> Decimal:
    """Return the exact sum of the amounts of lines; all of them have the same currency."""
    return reduce(EXACT.add, (line.amount for line in lines), ZERO)


def line_faults(line: Line, ignored_fields: Collection[str] = ()) -> Iterable[Fault]:
    """Yield a fault, with the name of the field, for each value that a line must not have.

    A discount is not compared with the price of the line if the quantity or the unit price is
    refused here, or is one of the `ignored_fields`, whose values are invalid.
    """
    if line.quantity == 0:
        yield Fault("quantity", ZERO_QUANTITY)
    if line.unit_price < 0:
        advice = "Give a price of 0 or more; a returned item has a negative quantity."
        yield Fault("unit_price", TOO_SMALL, advice, min=ZERO)
    is_comparable = line.quantity != 0 and line.unit_price >= 0
    is_comparable &= not {"quantity", "unit_price"}.intersection(ignored_fields)
    most = abs(line.full_amount) if is_comparable else None
    if most is not None and not 0 <= line.discount <= most:
        advice = "Give a discount from 0 to the price of the whole line."
        yield Fault("discount", OUT_OF_RANGE, advice, min=ZERO, max=format_decimal(most))
    elif line.discount < 0:
        yield Fault("discount", TOO_SMALL, min=ZERO)
    if line.unit_cost is not None and line.unit_cost < 0:
        yield Fault("unit_cost", TOO_SMALL, min=ZERO)


def digest(order: Order) -> str:
    """Return the SHA-256 of the values of an order, except its system and its external id.

    Two orders have the same digest if and only if all these values are equal; 2.50 equals 2.5.
    Digests are stored: if this function computed other ones, every stored order that is sent again
    would be written once more as a changed order.
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
    """Replace the separator of `digest` in a text by an escape; different texts stay different."""
    return text.replace("\x1e", "\x1e0").replace("\x1f", "\x1e1")


@lru_cache(maxsize=65_536)
def _plain(number: Decimal) -> str:
    """Return `format_decimal(number)`; most lines have the numbers of an earlier line."""
    return format_decimal(number)

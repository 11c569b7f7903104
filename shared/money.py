"""Exact numbers and currencies: amounts are never floats, and each has an explicit currency."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import (
    Context,
    Decimal,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    Overflow,
    localcontext,
)

import pycountry

from shared.errors import InvalidValue
from shared.faults import DECIMAL_DIGITS, EXACT_STRING

CURRENCIES = frozenset(currency.alpha_3 for currency in pycountry.currencies) - {"XTS", "XXX"}
"""The currency codes of ISO 4217 now in use; XTS (for tests) and XXX (no currency) are no money."""

EXACT = Context(prec=120, traps=[Inexact, InvalidOperation, DivisionByZero, Overflow])
"""The context for exact sums and products: Python's default context rounds to 28 digits."""

MAX_DECIMALS = 6
"""Maximal number of digits after the point."""
_DIGITS = (
    "Give digits as in 1234.50 or -1234.50, at most 15 before the point and 6 after it, without "
    "separators of thousands, brackets, currency or exponent."
)
_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(?:\.([0-9]+))?")


def parse_exact(text: str) -> Decimal:
    """Parse an exact number with at most 15 digits before and 6 after the decimal point.

    Zeros at its end are dropped, so that 12.50 and 12.5 are stored and published in the same way.
    Raises InvalidValue for any other text; for a number with more decimals it says how many.
    """
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise InvalidValue(EXACT_STRING, _DIGITS)
    if (decimals := len(match[1] or "")) > MAX_DECIMALS:
        raise InvalidValue(DECIMAL_DIGITS, max=MAX_DECIMALS, found=decimals)
    return Decimal(format_decimal(Decimal(text)))


@contextmanager
def exact_arithmetic() -> Iterator[None]:
    """Compute with 120 digits inside a `with` block; a rounded result raises `decimal.Inexact`."""
    with localcontext(EXACT):
        yield


def format_decimal(value: Decimal) -> str:
    """Return a decimal as text: exact, without an exponent and without zeros at its end.

    Every amount, price, quantity and number of points in a response or an event has this form,
    whatever form it was sent in: equal numbers have equal texts (12.5 and 12.50, 0 and -0.00).
    """
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def sortable_text(value: Decimal) -> str:
    """Return a decimal as a text of digits such that texts sort like the numbers.

    The text has 20 digits for the fraction. SQLite stores exact decimals as text, and it would sort
    "9" after "10".
    """
    with exact_arithmetic():
        scaled = int(value.scaleb(20))
    shifted = scaled + 10**60
    return f"{shifted:061d}"

"""Exact numbers and currencies. Amounts are never floats, and never cross a currency silently."""

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

CURRENCIES = frozenset(currency.alpha_3 for currency in pycountry.currencies)
"""The codes of ISO 4217."""

EXACT = Context(prec=120, traps=[Inexact, InvalidOperation, DivisionByZero, Overflow])
"""Sums and products of exact numbers: the context of everybody else stops at 28 digits."""

_NUMBER = re.compile(r"[+-]?([0-9]{1,15})(\.[0-9]{1,6})?")


def parse_exact(text: str) -> Decimal:
    """Read an exact number with up to 15 digits before and 6 after the point.

    Raises ValueError, saying what to give instead.
    """
    if not _NUMBER.fullmatch(text):
        raise ValueError("Give digits with an optional point: at most 15 before it and 6 after.")
    number = Decimal(text)
    return number or abs(number)  # PostgreSQL has no negative zero


@contextmanager
def exact_arithmetic() -> Iterator[None]:
    """Compute with 120 digits; what would still have to be rounded raises `decimal.Inexact`."""
    with localcontext(EXACT):
        yield


def format_decimal(value: Decimal) -> str:
    """Write a decimal without an exponent and without zeros that say nothing."""
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text

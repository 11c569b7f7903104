"""Exact decimal arithmetic: no figure of this service is rounded without being told to."""

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
from fractions import Fraction

_EXACT = Context(prec=120, traps=[Inexact, InvalidOperation, DivisionByZero, Overflow])


@contextmanager
def exactly() -> Iterator[None]:
    """Compute with 120 digits; what would still have to be rounded raises `decimal.Inexact`."""
    with localcontext(_EXACT):
        yield


def plain(value: Decimal) -> str:
    """Write a decimal without an exponent and without zeros that say nothing."""
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def sortable(value: Decimal) -> str:
    """Write a decimal so that text sorts like the numbers, to 20 places after the point.

    A database that keeps exact decimals as text cannot sort them otherwise.
    """
    with exactly():
        scaled = int(value.scaleb(20))
    shifted = scaled + 10**60
    return f"{shifted:061d}"


def per_cent(part: Decimal, whole: Decimal) -> float | None:
    """Give a part in per cent of a positive whole, as the nearest float; None without a whole."""
    return float(100 * Fraction(part) / Fraction(whole)) if whole > 0 else None

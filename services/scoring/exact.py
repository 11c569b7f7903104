"""Exact numbers as this service keeps and shows them."""

from decimal import Decimal
from fractions import Fraction

from shared.money import exactly


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

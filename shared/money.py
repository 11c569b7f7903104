"""Exact numbers and currencies. Amounts are never floats, and never cross a currency silently."""

import re
from decimal import Context, Decimal, Inexact, InvalidOperation

import pycountry

CURRENCIES = frozenset(currency.alpha_3 for currency in pycountry.currencies)
"""The codes of ISO 4217."""

EXACT = Context(prec=100, traps=[Inexact, InvalidOperation])
"""Sums and products of exact numbers: the context of everybody else stops at 28 digits."""

_NUMBER = re.compile(r"[+-]?(\d{1,15})(\.\d{1,6})?")


def parse_exact(text: str) -> Decimal:
    """Read an exact number with up to 15 digits before and 6 after the point.

    Raises ValueError, saying what to give instead.
    """
    if not _NUMBER.fullmatch(text):
        raise ValueError("Give digits with an optional point: at most 15 before it and 6 after.")
    return Decimal(text)

"""Tables and amounts for a terminal in which Chinese characters are two columns wide."""

from collections.abc import Sequence
from decimal import Decimal
from unicodedata import combining, east_asian_width

_GAP = "  "


def width(text: str) -> int:
    """Return how many columns a text takes on a terminal."""
    return sum(0 if combining(char) else 1 + (east_asian_width(char) in "WF") for char in text)


def pad(text: str, columns: int, *, right: bool = False) -> str:
    """Return a text padded with blanks to `columns`; it is aligned right if `right` is true."""
    blanks = " " * (columns - width(text))
    return blanks + text if right else text + blanks


def table(heading: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int]) -> str:
    """Return a heading and rows as a table; `right` has the positions of right-aligned columns."""
    columns = [max(map(width, column)) for column in zip(heading, *rows, strict=True)]
    return "\n".join(_line(row, columns, right) for row in (heading, *rows))


def _line(row: Sequence[str], columns: Sequence[int], right: Sequence[int]) -> str:
    cells = (
        pad(text, columns[position], right=position in right) for position, text in enumerate(row)
    )
    return f"  {_GAP.join(cells)}".rstrip()


def money(amount: str | Decimal) -> str:
    """Return an amount with thousands separators and two decimals, rounded half to even."""
    return f"{Decimal(amount):,.2f}"

"""Cells of a sheet that are merged with cells of other rows: only the first of them has the value.

A person sees the value beside all rows of the merged cells; a program finds blank cells in all rows
but the first. Whether the value counts once or for each row, nobody can tell: a city does for each
row, a discount perhaps once.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, NamedTuple

from openpyxl.utils.cell import column_index_from_string

from shared.errors import Fault, Invalid
from shared.faults import TOO_LARGE

MAX_COLUMNS = 1001
"""Number of columns in which merged cells are found; a table has fewer."""
MAX_MERGED = 1_000_000
"""Greatest sum of the columns of all merged cells."""
_PIECE_BYTES = 1024 * 1024
_LONGEST_TAG = 200
_TAG = b"mergeCell "
_RANGE = re.compile(
    rb'<(?:\w+:)?mergeCell\s[^>]{0,99}?ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"'
)


class MergedRange(NamedTuple):
    """Merged cells: the first and last row, numbered from 1, and column, numbered from 0."""

    top: int
    left: int
    bottom: int
    right: int


def merged_ranges(sheet: IO[bytes]) -> list[MergedRange]:
    """Return the merged cells of a sheet that have several rows; raise Invalid for too many.

    They are at the end of the XML of the sheet, behind all its rows.
    """
    found = set[MergedRange]()
    columns = 0
    for piece in _pieces(sheet):
        for match in _RANGE.finditer(piece) if _TAG in piece else ():
            first_column, top, last_column, bottom = (group.decode() for group in match.groups())
            left, right = map(column_index_from_string, (first_column, last_column))
            each = MergedRange(int(top), left - 1, int(bottom), min(right, MAX_COLUMNS) - 1)
            if each.top < each.bottom and each.left <= each.right and each not in found:
                found.add(each)
                columns += each.right - each.left + 1
            if columns > MAX_MERGED:
                advice = "The sheet has more than {max} merged cells; unmerge them, or give CSV."
                raise Invalid(Fault("/file", TOO_LARGE, advice, max=MAX_MERGED))
    return sorted(found)


class MergedCells:
    """Finds the merged cells in the rows of a sheet, which are given in ascending order."""

    def __init__(self, ranges: Iterable[MergedRange]) -> None:
        self._below = deque(sorted(ranges))
        self._bottoms: dict[int, int] = {}
        self._columns: tuple[int, ...] = ()
        self._first_bottom = 0

    def columns(self, number: int, cells: Sequence[str]) -> tuple[int, ...]:
        """Return the indices of the cells of a row that are merged with cells of other rows.

        Merged cells without a text do not count.
        """
        has_ended = bool(self._columns) and number > self._first_bottom
        begins = bool(self._below) and self._below[0].top <= number
        if has_ended or begins:
            self._bottoms = {
                column: bottom for column, bottom in self._bottoms.items() if bottom >= number
            }
            self._begin(number, cells)
            self._columns = tuple(sorted(self._bottoms))
            self._first_bottom = min(self._bottoms.values(), default=0)
        return self._columns

    def _begin(self, number: int, cells: Sequence[str]) -> None:
        """Add the merged cells that begin in a row with a text."""
        while self._below and self._below[0].top <= number:
            top, left, bottom, right = self._below.popleft()
            if top == number and left < len(cells) and cells[left].strip():
                self._bottoms |= dict.fromkeys(range(left, right + 1), bottom)


def _pieces(sheet: IO[bytes]) -> Iterator[bytes]:
    """Yield the bytes of a sheet in pieces; each begins with the end of the piece before it."""
    overlap = b""
    while piece := sheet.read(_PIECE_BYTES):
        yield overlap + piece
        overlap = piece[-_LONGEST_TAG:]

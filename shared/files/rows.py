"""The rows of a file, before they are compared with its header."""

from typing import NamedTuple


class Row(NamedTuple):
    """A row of a CSV file or sheet, and its number in the file, where the first row is 1.

    `rounded` are the indices of the cells whose number was read at 15 significant digits, and
    `merged` those of the cells that are merged with cells of other rows.
    """

    number: int
    cells: list[str]
    rounded: tuple[int, ...] = ()
    merged: tuple[int, ...] = ()

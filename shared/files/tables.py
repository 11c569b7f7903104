"""Read CSV and XLSX files as lines of text cells; raise Invalid for a file that cannot be read.

The contents of cells are checked elsewhere. This module gives a fault only to a line with more or
fewer cells than the header, so that the line is listed in the file of errors.
"""

import io
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from shared.errors import Fault, Invalid
from shared.files.csv_rows import csv_rows
from shared.files.encodings import find_decoding
from shared.files.faults import (
    DOUBLE_COLUMN,
    EMPTY,
    LONG_COLUMN,
    MALFORMED,
    RAGGED,
    TOO_MANY_COLUMNS,
)
from shared.files.kinds import refuse_other_kinds
from shared.files.rows import Row
from shared.files.workbooks import SIGNATURE, sheet_rows

MAX_COLUMNS = 1000
_MAX_CELLS = MAX_COLUMNS + 1
"""Maximal number of cells of a line that are stored."""
MAX_NAME_LENGTH = 200
"""Maximal number of characters in the name of a column."""
_NAMES_COMMA = re.compile(r"\s*sep=,+\s*", re.IGNORECASE)
"""Matches a line that tells Excel that the separator is a comma, also with blank cells after it."""
_MAX_SHOWN = 20
"""Greatest number of columns that a fault names."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line below the header; `number` is its number in the file, whose first line is 1.

    `cells` has a cell for each column; a line with too many cells has further ones. `rounded` are
    the indices of the cells whose number was read at 15 significant digits, and `merged` those of
    the cells that are merged with cells of other rows.
    """

    number: int
    cells: list[str]
    fault: Fault | None = None
    rounded: tuple[int, ...] = ()
    merged: tuple[int, ...] = ()

    @property
    def cells_in_file(self) -> list[str]:
        """The cells that the line has in the file, without those added for missing ones."""
        return self.cells[: self.fault.params["found"]] if self.fault else self.cells


@dataclass(frozen=True, slots=True)
class Table:
    """A file as a table: the names of its columns, and an iterator over the lines below them.

    `encoding` is the name of the encoding in which a CSV file is read; None for a workbook.
    """

    header: list[str]
    lines: Iterator[Line]
    encoding: str | None = None


def read_table(
    stream: BinaryIO, *, encoding: str | None = None, check: Callable[[], object] = lambda: None
) -> Table:
    """Read the header of a file and return its table; lines are read as they are iterated over.

    `encoding` is one of `encodings.CODECS`; without it, the encoding is guessed from the beginning
    of the file. A byte order mark overrides both, because a file of errors is UTF-8 with such a
    mark, whatever the encoding of the file that was imported first. `check` is called again and
    again while the file is read; it may raise an exception to stop. Raises Invalid if the file is
    not a table, and during the iteration at a line that cannot be read.
    """
    beginning = _peek(stream)
    refuse_other_kinds(stream, beginning)
    is_workbook = beginning.startswith(SIGNATURE)
    decoding = None if is_workbook else find_decoding(beginning, encoding)
    rows = csv_rows(stream, decoding, check) if decoding else sheet_rows(stream, check)
    number, header, *_ = _header_row(rows, is_workbook=is_workbook)
    names = [name.strip() for name in header]
    while not names[-1]:
        names.pop()
    _check_header(names, number)
    widths = range(len(names), len(header) + 1)
    lines = _lines_below_header(rows, widths, may_be_short=is_workbook)
    return Table(names, lines, decoding.encoding if decoding else None)


def _peek(stream: BinaryIO) -> bytes:
    """Return the first 64 KiB of a stream, or less if it is shorter, without consuming them."""
    if isinstance(stream, io.BufferedReader):
        return stream.peek(64 * 1024)[: 64 * 1024]
    beginning = stream.read(64 * 1024)
    stream.seek(0)
    return beginning


def _header_row(rows: Iterator[Row], *, is_workbook: bool) -> Row:
    """Return the first row that is not blank; raise Invalid if all rows are blank.

    In a CSV file a line `sep=,`, which tells Excel the separator, may be before the header.
    """
    filled = (row for row in rows if any(map(str.strip, row.cells)))
    row = next(filled, None)
    if row and not is_workbook and _NAMES_COMMA.fullmatch(",".join(row.cells)):
        row = next(filled, None)
    if row is None:
        raise Invalid(Fault("/file", EMPTY))
    return row


def _check_header(names: list[str], number: int) -> None:
    """Raise Invalid if the names of columns are too many, too long, repeated or have NUL.

    `number` is that of the header's line.
    """
    if any("\x00" in name for name in names):
        advice = "Leave out the character NUL in the header, line {line}."
        raise Invalid(Fault("/file", MALFORMED, advice, line=number))
    if len(names) > MAX_COLUMNS:
        raise Invalid(Fault("/file", TOO_MANY_COLUMNS, max=MAX_COLUMNS))
    if any(len(name) > MAX_NAME_LENGTH for name in names):
        raise Invalid(Fault("/file", LONG_COLUMN, max=MAX_NAME_LENGTH))
    duplicates = sorted(name for name, times in Counter(names).items() if name and times > 1)
    if duplicates:
        raise Invalid(Fault("/file", DOUBLE_COLUMN, columns=duplicates[:_MAX_SHOWN]))


def _lines_below_header(
    rows: Iterator[Row], widths: range, *, may_be_short: bool
) -> Iterator[Line]:
    """Yield the lines that are not empty; a line without a cell for each column has a fault.

    The first of `widths` is the number of columns, the last one that of the cells in the header:
    blank cells under blank names do not count. If a line `may_be_short`, as in a sheet, cells that
    it lacks at the end are blank.
    """
    width, longer = widths[0], widths[1:]
    for number, cells, rounded, merged in rows:
        if not any(map(str.strip, cells)):
            continue
        while len(cells) in longer and not cells[-1].strip():
            cells.pop()
        found = len(cells)
        is_ragged = found > width or (found < width and not may_be_short)
        padded = (cells + [""] * (width - found))[:_MAX_CELLS]
        fault = ragged(expected=width, found=found) if is_ragged else None
        inside = tuple(index for index in merged if index < width) if merged else ()
        yield Line(number, padded, fault, rounded, inside)


def ragged(*, expected: int, found: int) -> Fault:
    """Return the fault of a line that has not as many cells as the header."""
    advice = "Give {expected} cells, as the header has; there are {found}."
    return Fault("", RAGGED, advice, expected=expected, found=found)

"""Read the rows of a CSV file; raise Invalid at a line that is not CSV or not in the encoding."""

import csv
import io
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from typing import BinaryIO

from shared.errors import Fault, Invalid
from shared.files.encodings import Decoding, count_line_breaks, undecodable
from shared.files.faults import LONG_LINE, MALFORMED
from shared.files.rows import Row

MAX_LINE_LENGTH = 1024 * 1024
"""Maximal number of characters in one line of a CSV file, with line breaks in quoted cells."""
_CHARACTERS_PER_CHECK = 1024 * 1024
_CELL = re.compile(r"""(?:"[^"]*+(?:""[^"]*+)*+"(?=[,\r\n]|\Z)|(?!")[^,\r\n]*+)(?:,|\r?\n|\r|\Z)""")
"""A cell with or without quotes, and the separator behind it."""
# A line within our limit is read; the lengths of its cells are checked later.
csv.field_size_limit(MAX_LINE_LENGTH)


def csv_rows(stream: BinaryIO, decoding: Decoding, check: Callable[[], object]) -> Iterator[Row]:
    """Yield each row of a CSV file, header included; `check` is called again and again."""
    text = io.TextIOWrapper(stream, encoding=decoding.codec, newline="")
    text_lines = _BoundedLines(text, check)
    reader = csv.reader(text_lines, strict=True)
    try:
        for cells in reader:
            text_lines.row.clear()
            yield Row(reader.line_num, cells)
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode(error.encoding, "ignore")
        line = reader.line_num + 1 + count_line_breaks(before)
        raise undecodable(decoding, line=line) from error
    except csv.Error as error:
        raise _bad_quote(reader.line_num, text_lines.row) from error
    finally:
        if not stream.closed:
            text.detach()


def _bad_quote(line_number: int, row: list[str]) -> Invalid:
    """Return the error for a row that is no CSV; `line_number` is that of its last text line.

    A quote that is not closed goes on to the next one, which may be many lines below. Therefore the
    error names the line on which the quote opens.
    """
    opening = _unclosed_cell(row)
    line = line_number if opening is None else line_number - len(row) + opening + 1
    advice = (
        "The quoted cell that begins on line {line} does not end, or has text behind its end: "
        "close it with a quote, and write each quote inside it twice."
    )
    return Invalid(Fault("/file", MALFORMED, advice, line=line))


def _unclosed_cell(row: Sequence[str]) -> int | None:
    """Return the index of the text line of a row on which its first cell begins that is no CSV.

    Such a cell begins with a quote that is not closed, or closed before the end of the cell.
    """
    text, position = "".join(row), 0
    while position < len(text):
        match = _CELL.match(text, position)
        if match is None:
            return bisect_right(list(accumulate(map(len, row))), position)
        position = match.end()
    return None


class _BoundedLines:
    """The text lines of a CSV file; iterating over them raises Invalid if a row is too long.

    A row consists of several text lines if a quoted cell contains line breaks. `row` are the text
    lines of the current row; the caller empties it after each row. `check` is called after every
    `_CHARACTERS_PER_CHECK` characters.
    """

    def __init__(self, text: io.TextIOWrapper, check: Callable[[], object]) -> None:
        self._text = text
        self._check = check
        self._unchecked_characters = 0
        self.row = list[str]()

    def __iter__(self) -> Iterator[str]:
        """Yield the text lines; the limit is for a row, which may consist of several lines."""
        number = row_characters = 0
        while line := self._text.readline(MAX_LINE_LENGTH - row_characters):
            number += 1
            row_characters += len(line)
            self.row.append(line)
            self._unchecked_characters += len(line)
            if self._unchecked_characters >= _CHARACTERS_PER_CHECK:
                self._unchecked_characters = 0
                self._check()
            if row_characters >= MAX_LINE_LENGTH:
                raise self._too_long(number)
            yield line
            row_characters = row_characters if self.row else 0

    def _too_long(self, number: int) -> Invalid:
        """Return the error for a row that is too long, of which `number` is the last text line.

        If most of the row is one quoted cell with line breaks, its quote was never closed.
        """
        opening = _unclosed_cell(self.row)
        if opening is None or sum(map(len, self.row[opening:-1])) < MAX_LINE_LENGTH // 2:
            return Invalid(Fault("/file", LONG_LINE, max=MAX_LINE_LENGTH))
        return _bad_quote(number, self.row)

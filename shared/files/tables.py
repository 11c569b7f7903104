"""Read CSV and XLSX files as lines of text cells; raise Invalid for a file that cannot be read.

The contents of cells are checked elsewhere. This module gives a fault only to a line with more or
fewer cells than the header, so that the line is listed in the file of errors.
"""

import codecs
import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from shared.errors import Fault, Invalid
from shared.files.faults import (
    DOUBLE_COLUMN,
    EMPTY,
    ENCODING,
    LONG_COLUMN,
    LONG_LINE,
    MALFORMED,
    RAGGED,
    TOO_MANY_COLUMNS,
)
from shared.files.rows import Row
from shared.files.workbooks import SIGNATURE, sheet_rows

MAX_LINE_LENGTH = 1024 * 1024
"""Maximal number of characters in one line of a CSV file, with line breaks in quoted cells."""
_CHARACTERS_PER_CHECK = 1024 * 1024
MAX_COLUMNS = 1000
_MAX_CELLS = MAX_COLUMNS + 1
"""Maximal number of cells of a line that are stored."""
MAX_NAME_LENGTH = 200
"""Maximal number of characters in the name of a column."""
_MAX_SHOWN = 20
"""Greatest number of columns that a fault names."""
_XLS_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCODINGS = {"utf-8": "utf-8-sig", "gbk": "gb18030"}
_FIRST_OF_THREE_BYTES = "\u0800"
"""The first character that takes three bytes in UTF-8, as Chinese characters do.

The two bytes of a GBK character are often valid as a UTF-8 character of two bytes. Therefore only
characters of three bytes show that a file is UTF-8.
"""
_WIDE_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""Refused encodings by their byte order marks; that of UTF-32-LE begins with that of UTF-16-LE."""
_WIDE_CODECS = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
# A line within our limit is read; the lengths of its cells are checked later.
csv.field_size_limit(MAX_LINE_LENGTH)


@dataclass(frozen=True, slots=True)
class Line:
    """A line below the header; `number` is its number in the file, where the header is line 1.

    `cells` has a cell for each column; a line with too many cells has further ones. `rounded` are
    the indices of the cells whose number was read at 15 significant digits.
    """

    number: int
    cells: list[str]
    fault: Fault | None = None
    rounded: tuple[int, ...] = ()

    @property
    def cells_in_file(self) -> list[str]:
        """The cells that the line has in the file, without those added for missing ones."""
        return self.cells[: self.fault.params["found"]] if self.fault else self.cells


@dataclass(frozen=True, slots=True)
class Table:
    """A file as a table: the names of its columns, and an iterator over the lines below them."""

    header: list[str]
    lines: Iterator[Line]


def read_table(
    stream: BinaryIO, *, encoding: str | None = None, check: Callable[[], object] = lambda: None
) -> Table:
    """Read the header of a file and return its table; lines are read as they are iterated over.

    `encoding` is utf-8 or gbk; without it, the encoding is guessed from the beginning of the file.
    A byte order mark overrides both, because a file of errors is UTF-8 with such a mark, even if
    the file that was imported first was GBK. `check` is called again and again while the file is
    read; it may raise an exception to stop. Raises Invalid if the file is not a table, and during
    the iteration at a line that cannot be read.
    """
    beginning = _peek(stream)
    if beginning.startswith(_XLS_SIGNATURE):
        advice = "This is an old Excel workbook (.xls); save it as XLSX or CSV."
        raise Invalid(Fault("/file", MALFORMED, advice, line=None))
    is_workbook = beginning.startswith(SIGNATURE)
    rows = (
        sheet_rows(stream, check) if is_workbook else _csv_rows(stream, beginning, encoding, check)
    )
    try:
        header = next(rows).cells
    except StopIteration:
        raise Invalid(Fault("/file", EMPTY, "Give a file with a header line.")) from None
    names = [name.strip() for name in header]
    while names and not names[-1]:
        names.pop()
    _check_header(names)
    widths = range(len(names), len(header) + 1)
    return Table(names, _lines_below_header(rows, widths, may_be_short=is_workbook))


def _peek(stream: BinaryIO) -> bytes:
    """Return the first 64 KiB of a stream, or less if it is shorter, without consuming them."""
    if isinstance(stream, io.BufferedReader):
        return stream.peek(64 * 1024)
    beginning = stream.read(64 * 1024)
    stream.seek(0)
    return beginning


def _check_header(names: list[str]) -> None:
    """Raise Invalid if the names of columns are too many, too long, repeated, blank or have NUL."""
    if any("\x00" in name for name in names):
        advice = "Leave out the character NUL in the header, line {line}."
        raise Invalid(Fault("/file", MALFORMED, advice, line=1))
    if len(names) > MAX_COLUMNS:
        raise Invalid(Fault("/file", TOO_MANY_COLUMNS, max=MAX_COLUMNS))
    if any(len(name) > MAX_NAME_LENGTH for name in names):
        raise Invalid(Fault("/file", LONG_COLUMN, max=MAX_NAME_LENGTH))
    duplicates = sorted(name for name, times in Counter(names).items() if name and times > 1)
    if duplicates:
        raise Invalid(Fault("/file", DOUBLE_COLUMN, columns=duplicates[:_MAX_SHOWN]))
    if not any(names):
        advice = "Give a header line that names the columns."
        raise Invalid(Fault("/file", EMPTY, advice))


def _lines_below_header(
    rows: Iterator[Row], widths: range, *, may_be_short: bool
) -> Iterator[Line]:
    """Yield the lines that are not empty; a line without a cell for each column has a fault.

    The first of `widths` is the number of columns, the last one that of the cells in the header:
    blank cells under blank names do not count. If a line `may_be_short`, as in a sheet, cells that
    it lacks at the end are blank.
    """
    width, longer = widths[0], widths[1:]
    for number, cells, rounded in rows:
        if not any(cells):
            continue
        while len(cells) in longer and not cells[-1].strip():
            cells.pop()
        found = len(cells)
        is_ragged = found > width or (found < width and not may_be_short)
        padded = (cells + [""] * (width - found))[:_MAX_CELLS]
        fault = ragged(expected=width, found=found) if is_ragged else None
        yield Line(number, padded, fault, rounded)


def ragged(*, expected: int, found: int) -> Fault:
    """Return the fault of a line that has not as many cells as the header."""
    advice = "Give {expected} cells, as the header has; there are {found}."
    return Fault("", RAGGED, advice, expected=expected, found=found)


def _csv_rows(
    stream: BinaryIO, beginning: bytes, encoding: str | None, check: Callable[[], object]
) -> Iterator[Row]:
    """Yield each line of a CSV file, header included."""
    if wide := _wide_encoding(beginning):
        advice = f"The file is {wide.upper()}; save it as UTF-8 (CSV UTF-8 in Excel)."
        raise Invalid(Fault("/file", ENCODING, advice, line=None, encoding=wide))
    requested = None if beginning.startswith(codecs.BOM_UTF8) else encoding
    assumed = requested or _guess_encoding(beginning)
    text = io.TextIOWrapper(stream, encoding=_ENCODINGS[assumed], newline="")
    text_lines = _BoundedLines(text, check)
    reader = csv.reader(text_lines, strict=True)
    try:
        for cells in reader:
            text_lines.row_characters = 0
            yield Row(reader.line_num, cells)
    except UnicodeDecodeError as error:
        number = reader.line_num + 1 + error.object.count(b"\n", 0, error.start)
        advice = _encoding_advice(assumed, is_requested=bool(requested))
        fault = Fault("/file", ENCODING, advice, line=number, encoding=assumed)
        raise Invalid(fault) from error
    except csv.Error as error:
        advice = "Line {line} is not CSV: quote a cell with a comma, and double quotes inside it."
        raise Invalid(Fault("/file", MALFORMED, advice, line=reader.line_num)) from error
    finally:
        if not stream.closed:
            text.detach()


def _wide_encoding(beginning: bytes) -> str | None:
    """Return utf-16 or utf-32 if a file begins as one of these, otherwise None.

    Without a byte order mark it is recognized by its line breaks and commas: only in the right
    encoding they are line breaks and commas, and no character is NUL.
    """
    for mark, encoding in _WIDE_MARKS.items():
        if beginning.startswith(mark):
            return encoding
    for codec in _WIDE_CODECS if b"\x00" in beginning else ():
        text = codecs.getincrementaldecoder(codec)("replace").decode(beginning)
        has_commas = "," in text or b"," not in beginning
        if "\n" in text and has_commas and "\x00" not in text:
            return codec[: len("utf-16")]
    return None


def _guess_encoding(beginning: bytes) -> str:
    """Guess from the beginning of a file whether it is utf-8 or gbk.

    A UTF-8 file may contain a few invalid bytes, but most bytes of a GBK file are invalid UTF-8.
    Therefore the guess is utf-8 if characters of three bytes are more frequent than invalid bytes.
    """
    if beginning.startswith(codecs.BOM_UTF8):
        return "utf-8"
    text = codecs.getincrementaldecoder("utf-8")("replace").decode(beginning)
    invalid = text.count("\ufffd")
    valid = sum(character >= _FIRST_OF_THREE_BYTES for character in text) - invalid
    return "utf-8" if valid > invalid or not invalid else "gbk"


def _encoding_advice(encoding: str, *, is_requested: bool) -> str:
    """Return the advice for a line that is not in the encoding that was requested or guessed."""
    if is_requested:
        return (
            "Line {line} is not {encoding}. Set `encoding` to utf-8 or gbk, as the file is, "
            "or leave it out to have it detected; save a file in any other encoding as UTF-8."
        )
    if encoding == "gbk":
        return "Line {line} is neither utf-8 nor gbk; save the file as UTF-8."
    return "Line {line} is not utf-8. If the file is gbk, set `encoding` to gbk."


class _BoundedLines:
    """The text lines of a CSV file; iterating over them raises Invalid if a row is too long.

    A row consists of several text lines if a quoted cell contains line breaks. `row_characters`
    counts the characters of the current row; the caller sets it to 0 after each row. `check` is
    called after every `_CHARACTERS_PER_CHECK` characters.
    """

    def __init__(self, text: io.TextIOWrapper, check: Callable[[], object]) -> None:
        self._text = text
        self._check = check
        self._unchecked_characters = 0
        self.row_characters = 0

    def __iter__(self) -> Iterator[str]:
        """Yield the text lines; the limit is for a row, which may consist of several lines."""
        while line := self._text.readline(MAX_LINE_LENGTH - self.row_characters):
            self.row_characters += len(line)
            self._unchecked_characters += len(line)
            if self._unchecked_characters >= _CHARACTERS_PER_CHECK:
                self._unchecked_characters = 0
                self._check()
            if self.row_characters >= MAX_LINE_LENGTH:
                raise Invalid(Fault("/file", LONG_LINE, max=MAX_LINE_LENGTH))
            yield line

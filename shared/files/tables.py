"""Read CSV and XLSX files as lines of text cells; raise Invalid for a file that cannot be read.

The contents of cells are checked elsewhere. This module gives a fault only to a line with more or
fewer cells than the header, so that the line is listed in the file of errors.
"""

import codecs
import csv
import io
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.cell.cell import ERROR_CODES
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

from shared.errors import Fault, Invalid
from shared.faults import TOO_LARGE
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

MAX_LINE_LENGTH = 1024 * 1024
"""Maximal number of characters in one line of a CSV file, with line breaks in quoted cells."""
MAX_COLUMNS = 1000
MAX_NAME_LENGTH = 200
"""Maximal number of characters in the name of a column."""
MAX_WORKBOOK_BYTES = 64 * 1024 * 1024
"""Maximal size of an XLSX file in bytes; a CSV file has no such limit."""
MAX_UNPACKED_BYTES = 512 * 1024 * 1024
"""Maximal size in bytes of all unpacked parts of an XLSX file together."""
_MAX_SHOWN = 20
"""Greatest number of columns that a fault names."""
_WORKBOOK_ERRORS = (
    *(zipfile.BadZipFile, zlib.error, InvalidFileException, ParseError),
    *(AttributeError, EOFError, LookupError, TypeError, ValueError),
)
"""The exceptions of openpyxl and its dependencies for a file that is no valid workbook."""
_ZIP_SIGNATURE = b"PK\x03\x04"
_XLS_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCODINGS = {"utf-8": "utf-8-sig", "gbk": "gb18030"}
_FIRST_OF_THREE_BYTES = "\u0800"
"""The first character that takes three bytes in UTF-8, as Chinese characters do.

The two bytes of a GBK character are often valid as a UTF-8 character of two bytes. Therefore only
characters of three bytes show that a file is UTF-8.
"""
_UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class Line:
    """A line below the header; `number` is its number in the file, where the header is line 1."""

    number: int
    cells: list[str]
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A file as a table: the names of its columns, and an iterator over the lines below them."""

    header: list[str]
    lines: Iterator[Line]


def read_table(stream: BinaryIO, *, encoding: str | None = None) -> Table:
    """Read the header of a file and return its table; lines are read as they are iterated over.

    `encoding` is utf-8 or gbk; without it, the encoding is guessed from the beginning of the file.
    A byte order mark overrides both, because a file of errors is UTF-8 with such a mark, even if
    the file that was imported first was GBK. Raises Invalid if the file is not a table, and during
    the iteration at a line that cannot be read.
    """
    beginning = _peek(stream)
    if beginning.startswith(_XLS_SIGNATURE):
        advice = "This is an old Excel workbook (.xls); save it as XLSX or CSV."
        raise Invalid(Fault("/file", MALFORMED, advice, line=None))
    rows = (
        _sheet_rows(stream)
        if beginning.startswith(_ZIP_SIGNATURE)
        else _csv_rows(stream, beginning, encoding)
    )
    try:
        _, header = next(rows)
    except StopIteration:
        raise Invalid(Fault("/file", EMPTY, "Give a file with a header line.")) from None
    names = [name.strip() for name in header]
    _check_header(names)
    return Table(names, _lines_below_header(rows, len(names)))


def _peek(stream: BinaryIO) -> bytes:
    """Return the first 64 KiB of a stream, or less if it is shorter, without consuming them."""
    if isinstance(stream, io.BufferedReader):
        return stream.peek(64 * 1024)
    beginning = stream.read(64 * 1024)
    stream.seek(0)
    return beginning


def _check_header(names: list[str]) -> None:
    """Raise Invalid if the names of the columns are too many, too long, repeated or all empty."""
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


def _lines_below_header(rows: Iterator[tuple[int, list[str]]], width: int) -> Iterator[Line]:
    """Yield the lines that are not empty; a line without exactly `width` cells has a fault."""
    for number, cells in rows:
        if not any(cells):
            continue
        if len(cells) == width:
            yield Line(number, cells)
        else:
            padded = (cells + [""] * width)[:width]
            yield Line(number, padded, ragged(expected=width, found=len(cells)))


def ragged(*, expected: int, found: int) -> Fault:
    """Return the fault of a line that has not as many cells as the header."""
    advice = "Give {expected} cells, as the header has; there are {found}."
    return Fault("", RAGGED, advice, expected=expected, found=found)


def _csv_rows(
    stream: BinaryIO, beginning: bytes, encoding: str | None
) -> Iterator[tuple[int, list[str]]]:
    """Yield the number and the cells of each line of a CSV file, header included."""
    if beginning.startswith(_UTF_16_MARKS):
        advice = "The file is UTF-16; save it as UTF-8 (CSV UTF-8 in Excel)."
        raise Invalid(Fault("/file", ENCODING, advice, line=None, encoding="utf-16"))
    requested = None if beginning.startswith(codecs.BOM_UTF8) else encoding
    assumed = requested or _guess_encoding(beginning)
    text = io.TextIOWrapper(stream, encoding=_ENCODINGS[assumed], newline="")
    text_lines = _BoundedLines(text)
    reader = csv.reader(text_lines, strict=True)
    try:
        for cells in reader:
            text_lines.row_characters = 0
            yield reader.line_num, cells
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
    counts the characters of the current row; the caller sets it to 0 after each row.
    """

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self.row_characters = 0

    def __iter__(self) -> Iterator[str]:
        """Yield the text lines; the limit is for a row, which may consist of several lines."""
        while line := self._text.readline(MAX_LINE_LENGTH - self.row_characters):
            self.row_characters += len(line)
            if self.row_characters >= MAX_LINE_LENGTH:
                raise Invalid(Fault("/file", LONG_LINE, max=MAX_LINE_LENGTH))
            yield line


def _sheet_rows(stream: BinaryIO) -> Iterator[tuple[int, list[str]]]:
    """Yield the number and the cells of each row of the first sheet of an XLSX file."""
    try:
        copy = io.BytesIO(stream.read(MAX_WORKBOOK_BYTES + 1))
        if copy.getbuffer().nbytes > MAX_WORKBOOK_BYTES:
            advice = "This workbook is larger than {max} bytes; give CSV."
            raise Invalid(Fault("/file", TOO_LARGE, advice, max=MAX_WORKBOOK_BYTES))
        with zipfile.ZipFile(copy) as archive:
            if sum(part.file_size for part in archive.infolist()) > MAX_UNPACKED_BYTES:
                advice = "This workbook is larger than {max} bytes when unpacked; give CSV."
                raise Invalid(Fault("/file", TOO_LARGE, advice, max=MAX_UNPACKED_BYTES))
        book = openpyxl.load_workbook(copy, read_only=True, data_only=False)
        sheet = book.worksheets[0]
        for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
            yield number, [_cell_text(cell) for cell in row]
    except _WORKBOOK_ERRORS as error:
        advice = "This XLSX file cannot be read; save it again as XLSX, or as CSV."
        raise Invalid(Fault("/file", MALFORMED, advice, line=None)) from error


def _cell_text(cell: Any) -> str:
    """Return the text of a workbook cell as in CSV; formulas and error values begin with `=`."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        whole_day = cell.time() == time(0)
        return cell.date().isoformat() if whole_day else cell.isoformat(" ")
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, ArrayFormula | DataTableFormula):
        return getattr(cell, "text", None) or f"={cell.ref}"
    if isinstance(cell, float):
        return repr(int(cell)) if cell.is_integer() else repr(cell)
    return f"={cell}" if cell in ERROR_CODES else str(cell)

"""Read CSV and XLSX as rows of text; what cannot be read at all is a fault of the file.

A row that can be read but is wrong is not this module's matter, ragged ones aside: they are given
with what is wrong with them, so that they can be put into the file of errors.
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

LONGEST_LINE = 1024 * 1024
"""Characters of one line of a CSV file, with the line breaks inside its quotes."""
MOST_COLUMNS = 1000
LONGEST_NAME = 200
"""Characters of the name of a column."""
LARGEST_WORKBOOK = 64 * 1024 * 1024
"""Bytes of an XLSX file; CSV may have any size."""
LARGEST_SHEET = 512 * 1024 * 1024
"""Bytes of an XLSX file when unpacked."""
_BROKEN_WORKBOOK = (
    *(zipfile.BadZipFile, zlib.error, InvalidFileException, ParseError),
    *(AttributeError, EOFError, LookupError, TypeError, ValueError),
)
"""What openpyxl and what it stands on raise for a workbook that is none."""
_ZIP = b"PK\x03\x04"
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCODINGS = {"utf-8": "utf-8-sig", "gbk": "gb18030"}
_THREE_BYTES = "\u0800"
"""Chinese characters take three bytes or more in UTF-8; two of gbk are often two of UTF-8 too."""
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class Line:
    """One line below the header; `number` counts lines of the file, the header being 1."""

    number: int
    cells: list[str]
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A file as a table."""

    header: list[str]
    lines: Iterator[Line]


def read_table(stream: BinaryIO, *, encoding: str | None = None) -> Table:
    """Read a table; `encoding` is utf-8 or gbk, absent: whichever the beginning of the file is.

    A byte order mark says more than both: files of errors have it, whatever the first file was.
    Raises Invalid if this is no table, or when a later line cannot be read at all.
    """
    beginning = _peek(stream)
    if beginning.startswith(_OLD_WORKBOOK):
        raise _bad("malformed", "This is an old Excel workbook (.xls); save it as XLSX or CSV.")
    rows = _sheet(stream) if beginning.startswith(_ZIP) else _csv(stream, beginning, encoding)
    try:
        _, header = next(rows)
    except StopIteration:
        raise _bad("empty", "Give a file with a header line.") from None
    names = [name.strip() for name in header]
    _check_header(names)
    return Table(names, _lines(rows, len(names)))


def _peek(stream: BinaryIO) -> bytes:
    if isinstance(stream, io.BufferedReader):
        return stream.peek(64 * 1024)
    beginning = stream.read(64 * 1024)
    stream.seek(0)
    return beginning


def _check_header(names: list[str]) -> None:
    if len(names) > MOST_COLUMNS:
        message = f"Give at most {MOST_COLUMNS} columns; there are {len(names)}."
        raise _bad("too_many_columns", message)
    long = next((name for name in names if len(name) > LONGEST_NAME), None)
    if long is not None:
        message = f"Keep the names of columns under {LONGEST_NAME} characters: {long[:20]}..."
        raise _bad("long_column", message)
    double = sorted(name for name, times in Counter(names).items() if name and times > 1)
    if double:
        raise _bad("double_column", f"Name each column once: {', '.join(double)[:200]}.")
    if not any(names):
        raise _bad("empty", "Give a header line that names the columns.")


def _lines(rows: Iterator[tuple[int, list[str]]], width: int) -> Iterator[Line]:
    for number, cells in rows:
        if not any(cells):
            continue
        if len(cells) == width:
            yield Line(number, cells)
        else:
            message = f"Give {width} cells, as the header has; there are {len(cells)}."
            padded = (cells + [""] * width)[:width]
            yield Line(number, padded, Fault("", "ragged", message))


def _csv(
    stream: BinaryIO, beginning: bytes, encoding: str | None
) -> Iterator[tuple[int, list[str]]]:
    if beginning.startswith(_UTF_16):
        raise _bad("encoding", "The file is UTF-16; save it as UTF-8 (CSV UTF-8 in Excel).")
    stated = None if beginning.startswith(codecs.BOM_UTF8) else encoding
    assumed = stated or _guessed(beginning)
    text = io.TextIOWrapper(stream, encoding=_ENCODINGS[assumed], newline="")
    physical = _Bounded(text)
    reader = csv.reader(physical, strict=True)
    try:
        for cells in reader:
            physical.taken = 0
            yield reader.line_num, cells
    except UnicodeDecodeError as error:
        number = reader.line_num + 1 + error.object.count(b"\n", 0, error.start)
        raise _bad("encoding", _unreadable(number, assumed, stated=bool(stated))) from error
    except csv.Error as error:
        raise _bad("malformed", f"Line {reader.line_num}: {error}.") from error
    finally:
        if not stream.closed:
            text.detach()


def _guessed(beginning: bytes) -> str:
    """Tell utf-8, also where a few bytes of it are broken, from gbk, which is mostly none."""
    if beginning.startswith(codecs.BOM_UTF8):
        return "utf-8"
    text = codecs.getincrementaldecoder("utf-8")("replace").decode(beginning)
    broken = text.count("\ufffd")
    sound = sum(character >= _THREE_BYTES for character in text) - broken
    return "utf-8" if sound > broken or not broken else "gbk"


def _unreadable(number: int, encoding: str, *, stated: bool) -> str:
    """Tell what to do about a line that is not in the encoding that was stated or guessed."""
    if stated:
        return (
            f"Line {number} is not {encoding}. Say the `encoding` that the file has, utf-8 or gbk, "
            "or leave it out to have it found; of another encoding, save the file as UTF-8."
        )
    if encoding == "gbk":
        return f"Line {number} is neither utf-8 nor gbk; save the file as UTF-8."
    return f"Line {number} is not utf-8. If the file is gbk, say so as `encoding`."


class _Bounded:
    """The physical lines of a file, never more of one logical line than is allowed."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self.taken = 0

    def __iter__(self) -> Iterator[str]:
        while line := self._text.readline(LONGEST_LINE - self.taken):
            self.taken += len(line)
            if self.taken >= LONGEST_LINE:
                raise _bad("long_line", f"Keep a line under {LONGEST_LINE} characters.")
            yield line


def _sheet(stream: BinaryIO) -> Iterator[tuple[int, list[str]]]:
    try:
        copy = io.BytesIO(stream.read(LARGEST_WORKBOOK + 1))
        if copy.getbuffer().nbytes > LARGEST_WORKBOOK:
            raise _bad("too_large", "This workbook is too large; give CSV.")
        with zipfile.ZipFile(copy) as archive:
            if sum(part.file_size for part in archive.infolist()) > LARGEST_SHEET:
                raise _bad("too_large", "Unpacked, this file is too large; give CSV.")
        book = openpyxl.load_workbook(copy, read_only=True, data_only=False)
        sheet = book.worksheets[0]
        for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
            yield number, [_text(cell) for cell in row]
    except _BROKEN_WORKBOOK as error:
        raise _bad("malformed", "This is no XLSX file that can be read.") from error


def _text(cell: Any) -> str:
    """Write a cell as a CSV file would have it; what is computed, or could not be, as a formula."""
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


def _bad(code: str, message: str) -> Invalid:
    return Invalid(Fault("/file", code, message))

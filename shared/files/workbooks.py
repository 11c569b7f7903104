"""Read the rows of one sheet of an XLSX file as text, within bounds of time and memory.

The sheet is the first one that people see and that has a text: programs put blank and hidden sheets
before it.

A small file can name any row and column, and any size of its table. Therefore the rows are read as
they are in the sheet: the rows and cells between them are not built, and the size is ignored.
"""

import io
import lzma
import math
import zipfile
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from datetime import datetime, time
from typing import IO, Any, BinaryIO
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import ExpatError

from openpyxl.cell.cell import ERROR_CODES
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.numbers import BUILTIN_FORMATS_MAX_SIZE
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._reader import FORMULA_TAG, ROW_TAG, WorkSheetParser
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS

from shared.errors import Fault, Invalid
from shared.faults import TOO_LARGE
from shared.files.elements import check_elements, elements_of
from shared.files.faults import MALFORMED
from shared.files.kinds import refuse_other_archives
from shared.files.merged import MergedCells, merged_ranges
from shared.files.numbers import IdFormat, id_format, number_text
from shared.files.rows import Row

SIGNATURE = b"PK\x03\x04"
"""The first bytes of an XLSX file, which is a ZIP archive."""
MAX_WORKBOOK_BYTES = 64 * 1024 * 1024
"""Maximal size of an XLSX file in bytes; a CSV file has no such limit."""
MAX_UNPACKED_BYTES = 512 * 1024 * 1024
"""Maximal size in bytes of all unpacked parts of an XLSX file together."""
MAX_ROWS = 1_048_576
"""The greatest number of a row in a sheet."""
MAX_CELLS = 16_384
"""Maximal number of cells in a row: the last column of a sheet is XFD."""
MAX_SHARED_TEXTS = 2_000_000
"""Maximal number of texts that cells share."""
_MAX_PART_BYTES = 16 * 1024 * 1024
"""Maximal unpacked size in bytes of a part that is parsed as a whole."""
_MAX_TEXTS_BYTES = 128 * 1024 * 1024
"""Maximal unpacked size in bytes of the texts that cells share."""
_MIN_UNPACKED_BYTES = 16 * 1024 * 1024
"""Unpacked size in bytes that every workbook may have, however well it is compressed."""
_MAX_COMPRESSION = 100
"""How many times larger than the file the unpacked parts may be; usual sheets reach 30."""
_WORKBOOK_ERRORS = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError),
    *(InvalidFileException, ParseError, ExpatError),
    *(AttributeError, EOFError, LookupError, OSError, RuntimeError, TypeError, ValueError),
)
"""The exceptions of openpyxl and its dependencies for a file that is no valid workbook."""
_TEXT_TAG, _RUN_TAG, _PIECE_TAG = (f"{{{SHEET_MAIN_NS}}}{name}" for name in ("si", "r", "t"))
_TOO_LARGE_NUMBER = "=#NUM!"


def sheet_rows(stream: BinaryIO, check: Callable[[], object]) -> Iterator[Row]:
    """Yield each row of the first visible sheet that has a text, and of blank sheets before it.

    A row has cells up to its last cell with a text. Call `check` between pieces of the file; its
    exceptions are raised to the caller. Raises Invalid if the file is not a valid workbook.
    """
    archive = _Archive(stream.read(MAX_WORKBOOK_BYTES + 1), check)
    try:
        _check_size(archive)
        has_text = False
        for parser in _parsers(archive):
            for row in _rows(parser):
                has_text = has_text or bool(row.cells)
                yield row
            if has_text:
                break
    except _WORKBOOK_ERRORS as error:
        if error is archive.interruption:
            raise
        advice = "This XLSX file cannot be read; save it again as XLSX, or as CSV."
        raise Invalid(Fault("/file", MALFORMED, advice, line=None)) from error


class _Archive(io.BytesIO):
    """The bytes of an XLSX file; whenever a part of them is read, `check` is called.

    `interruption` is the exception that `check` has raised, if any.
    """

    def __init__(self, content: bytes, check: Callable[[], object]) -> None:
        super().__init__(content)
        self._check = check
        self.interruption: Exception | None = None

    def read(self, size: int | None = -1, /) -> bytes:
        """Return the next bytes, at most `size`."""
        try:
            self._check()
        except Exception as error:
            self.interruption = error
            raise
        return super().read(size)


def _check_size(archive: _Archive) -> None:
    """Raise Invalid if the file is too large, packed or unpacked."""
    packed = archive.getbuffer().nbytes
    if packed > MAX_WORKBOOK_BYTES:
        advice = "This workbook is larger than {max} bytes; give CSV."
        raise Invalid(Fault("/file", TOO_LARGE, advice, max=MAX_WORKBOOK_BYTES))
    limit = min(MAX_UNPACKED_BYTES, max(_MIN_UNPACKED_BYTES, packed * _MAX_COMPRESSION))
    with zipfile.ZipFile(archive) as parts:
        if sum(part.file_size for part in parts.infolist()) > limit:
            advice = "This workbook is larger than {max} bytes when unpacked; give CSV."
            raise Invalid(Fault("/file", TOO_LARGE, advice, max=limit))
        refuse_other_archives(parts.namelist())


class _Parts(zipfile.ZipFile):
    """The parts of a workbook besides its sheets; a part that is read may not be too large."""

    def read(self, name: str | zipfile.ZipInfo, pwd: bytes | None = None) -> bytes:
        """Return a part that is parsed as a whole."""
        self._check_part(name, _MAX_PART_BYTES)
        part = super().read(name, pwd)
        check_elements(part)
        return part

    def open(self, name: str | zipfile.ZipInfo, *args: Any, **options: Any) -> IO[bytes]:
        """Open a part that is parsed piece by piece, such as the texts that cells share."""
        self._check_part(name, _MAX_TEXTS_BYTES)
        return super().open(name, *args, **options)

    def _check_part(self, name: str | zipfile.ZipInfo, limit: int) -> None:
        """Raise Invalid if a part is larger than `limit` bytes when it is unpacked."""
        part = name if isinstance(name, zipfile.ZipInfo) else self.getinfo(name)
        if part.file_size > limit:
            advice = "A part of this workbook is larger than {max} bytes when unpacked; give CSV."
            raise Invalid(Fault("/file", TOO_LARGE, advice, max=limit))


class _SheetParser(WorkSheetParser):
    """Parses the XML of a sheet; formulas are not interpreted, because no cell may have one."""

    source: IO[bytes]
    id_formats: Mapping[int, IdFormat]
    """The formats of cells that show whole numbers as ids, by the number of their style."""
    merged: MergedCells

    def parse(self) -> Generator[tuple[int, list[dict[str, Any]]]]:
        """Yield the number and the cells of each row; everything else in the sheet is left out."""
        for row in elements_of(self.source, ROW_TAG, depth=2):
            if len(row) > MAX_CELLS:
                raise ValueError("a row has too many cells")
            yield self.parse_row(row)
            self.row_dimensions.clear()

    def parse_row(self, row: Any) -> tuple[int, list[dict[str, Any]]]:
        """Return the number and the cells of a row; a row of blank cells takes little time."""
        if not any(map(len, row)):
            row[:] = []
        number, cells = super().parse_row(row)
        return number, cells

    def parse_formula(self, element: Any) -> str:
        """Return the text of a formula, or the range of a data table, with `=` in front.

        A cell that shares the formula of another cell has only `=`: the formula may be long, and
        many cells may share it.
        """
        formula = element.find(FORMULA_TAG)
        return f"={formula.text or formula.get('ref') or ''}"


def _rows(parser: _SheetParser) -> Iterator[Row]:
    """Yield the rows of a sheet; raise ValueError if their numbers are not in ascending order."""
    previous = 0
    for number, cells in parser.parse():
        if not previous < number <= MAX_ROWS:
            raise ValueError("a row is repeated, or its number is too great")
        row = _row(number, cells, parser.id_formats)
        yield row._replace(merged=parser.merged.columns(number, row.cells))
        previous = number


def _parsers(archive: _Archive) -> Iterator[_SheetParser]:
    """Yield a parser of each visible sheet, in the order of the sheets.

    `openpyxl.load_workbook` would read all sheets, and its rows have all cells that a sheet leaves
    out. Therefore only the steps of it are run that one sheet needs.
    """
    reader = ExcelReader(archive, read_only=True, keep_links=False)
    reader.archive = _Parts(archive)
    reader.read_manifest()
    reader.read_workbook()
    book: Any = reader.wb
    apply_stylesheet(reader.archive, book)
    sheets = {
        target.target: None
        for sheet, target in reader.parser.find_sheets()
        if target.target in reader.valid_files
        and "chartsheet" not in target.Type
        and sheet.state == "visible"
    }
    texts, id_formats = _shared_texts(reader), _id_formats(book)
    for sheet in sheets:
        parser = _SheetParser(
            zipfile.ZipFile(archive).open(sheet),  # noqa: SIM115  is in memory
            texts,
            epoch=book.epoch,
            date_formats=book._date_formats,  # noqa: SLF001  there is no public way
            timedelta_formats=book._timedelta_formats,  # noqa: SLF001
        )
        parser.id_formats = id_formats
        with zipfile.ZipFile(archive).open(sheet) as source:
            parser.merged = MergedCells(merged_ranges(source))
        yield parser


def _id_formats(book: Any) -> dict[int, IdFormat]:
    """Return the formats that show whole numbers as ids, by the number of their style."""
    custom = book._number_formats  # noqa: SLF001
    codes = {
        number: style.numFmtId
        for number, style in enumerate(book._cell_styles)  # noqa: SLF001
        if BUILTIN_FORMATS_MAX_SIZE <= style.numFmtId < BUILTIN_FORMATS_MAX_SIZE + len(custom)
    }
    found = {code: id_format(custom[code - BUILTIN_FORMATS_MAX_SIZE]) for code in {*codes.values()}}
    shown = {number: found[code] for number, code in codes.items()}
    return {number: shown for number, shown in shown.items() if shown}


def _shared_texts(reader: ExcelReader) -> list[str]:
    """Return the texts that cells share, without their formats and the readings of characters."""
    package: Any = reader.package
    part = package.find(SHARED_STRINGS)
    if part is None:
        return []
    texts = list[str]()
    with reader.archive.open(part.PartName[1:]) as stream:
        for element in elements_of(stream, _TEXT_TAG, depth=1):
            if len(texts) == MAX_SHARED_TEXTS:
                advice = "The cells of this workbook share more than {max} texts; give CSV."
                raise Invalid(Fault("/file", TOO_LARGE, advice, max=MAX_SHARED_TEXTS))
            texts.append(_text_of(element))
    return texts


def _text_of(element: Any) -> str:
    """Return the text of a shared text, which may consist of pieces with a format each.

    A text such as `_x0041_`, which stands for a character, is written `_x005F_x0041_`.
    """
    pieces = list[str]()
    for child in element:
        if child.tag == _PIECE_TAG:
            pieces.append(child.text or "")
        elif child.tag == _RUN_TAG:
            pieces.append(child.findtext(_PIECE_TAG, ""))
    return "".join(pieces).replace("x005F_", "")


def _row(number: int, cells: Iterable[dict[str, Any]], id_formats: Mapping[int, IdFormat]) -> Row:
    """Return a row with the texts of its cells by column, up to the last cell that is not blank.

    Raises ValueError if cells are repeated or not in the order of their columns.
    """
    texts, rounded = list[str](), list[int]()
    for cell in cells:
        text, is_rounded = _cell_text(cell["value"], id_formats.get(cell["style_id"]))
        if not text.strip():
            continue
        left_out = cell["column"] - 1 - len(texts)
        if left_out < 0:
            raise ValueError("a cell is repeated, or not in the order of the columns")
        texts += [*[""] * left_out, text]
        if is_rounded:
            rounded.append(len(texts) - 1)
    return Row(number, texts, tuple(rounded))


def _cell_text(value: Any, shown: IdFormat | None) -> tuple[str, bool]:
    """Return the text of a workbook cell as in CSV, and whether it is a number that was rounded.

    Formulas and error values begin with `=`. A whole number has the format `shown`, if any.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _number_text(value, shown)
    return _text_of_value(value), False


def _number_text(value: float, shown: IdFormat | None) -> tuple[str, bool]:
    """Return the text of a number, and whether the number was rounded."""
    if not math.isfinite(value):
        return _TOO_LARGE_NUMBER, False
    text, is_rounded = number_text(value)
    if shown and text.isdecimal():
        text = shown.show(int(text))
    return text, is_rounded


def _text_of_value(value: Any) -> str:
    """Return the text of a value that is not a number."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        whole_day = value.time() == time(0)
        return value.date().isoformat() if whole_day else value.isoformat(" ")
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"={value}" if value in ERROR_CODES else str(value)

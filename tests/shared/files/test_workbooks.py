"""Reading XLSX files that other programs than Excel, or attackers, have written."""

import io
import subprocess
import sys
import zipfile
from collections.abc import Callable
from threading import Event

import openpyxl
import pytest

from shared.errors import Invalid
from shared.files import workbooks
from shared.files.tables import Line, Table, read_table

TWO_COLUMNS = '<row r="1"><c r="A1" t="str"><v>id</v></c><c r="B1" t="str"><v>name</v></c></row>'
NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHARED_TEXTS = (
    '<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
)
"""Declares the part with the texts that cells share, at the end of the list of parts."""
DATE_STYLE = 1
"""The number of the style of dates in the workbook of `workbook`."""


def workbook(rows: str, before: str = "", shared_texts: str = "") -> bytes:
    """Return an XLSX file whose only sheet has these rows as XML, and `before` in front of them."""
    book, file = openpyxl.Workbook(), io.BytesIO()
    book.worksheets[0]["A1"].number_format = "yyyy-mm-dd"
    book.save(file)
    sheet = f'<worksheet xmlns="{NAMESPACE}">{before}<sheetData>{rows}</sheetData></worksheet>'
    texts = f'<sst xmlns="{NAMESPACE}">{shared_texts}</sst>'
    return with_parts(
        file.getvalue(),
        {
            "xl/worksheets/sheet1.xml": lambda _: sheet,
            "xl/sharedStrings.xml": lambda _: texts,
            "[Content_Types].xml": lambda types: types.replace("</Types>", SHARED_TEXTS),
        },
    )


def with_parts(content: bytes, parts: dict[str, Callable[[str], str]]) -> bytes:
    """Return an XLSX file with these parts; each is a function of the part that it replaces."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        old = {name: source.read(name).decode() for name in source.namelist()}
        for name in {**old, **parts}:
            text = old.get(name, "")
            target.writestr(name, parts[name](text) if name in parts else text)
    return file.getvalue()


def with_styles(formats: str) -> bytes:
    """Return a workbook with two columns that has these formats of cells as XML."""

    def add(styles: str) -> str:
        return styles.replace("</cellXfs>", f"{formats}</cellXfs>")

    return with_parts(workbook(TWO_COLUMNS), {"xl/styles.xml": add})


def table_of(rows: str, before: str = "") -> Table:
    """Return the table in a workbook with these rows."""
    return read_table(io.BytesIO(workbook(rows, before)))


def lines_of(rows: str, before: str = "") -> list[list[str]]:
    """Return the cells of the lines below the header of two columns; no line has a fault."""
    lines = list(table_of(TWO_COLUMNS + rows, before).lines)
    assert [line.fault for line in lines] == [None] * len(lines)
    return [line.cells for line in lines]


def row(number: int, *texts: str) -> str:
    """Return a row with these texts from column A, as XML."""
    cells = (
        f'<c r="{column}{number}" t="str"><v>{text}</v></c>'
        for column, text in zip("ABCDEF", texts, strict=False)
    )
    return f'<row r="{number}">{"".join(cells)}</row>'


def code_of_refused(rows: str) -> str:
    """Return the code of the fault for which a workbook with these rows below its header fails."""
    with pytest.raises(Invalid) as refused:
        list(table_of(TWO_COLUMNS + rows).lines)
    return refused.value.faults[0].code


@pytest.mark.parametrize("number", ["1048577", "99999999999", "1E400", "-1", "0", "1", "1.5"])
def test_a_row_number_that_no_sheet_has_is_refused_at_once(number: str) -> None:
    assert code_of_refused(f'<row r="{number}"><c t="str"><v>x</v></c></row>') == "malformed"


def test_rows_that_a_sheet_leaves_out_are_skipped() -> None:
    table = table_of(TWO_COLUMNS + row(5, "1", "a") + row(1_048_576, "2", "b"))
    assert list(table.lines) == [Line(5, ["1", "a"]), Line(1_048_576, ["2", "b"])]


def test_the_first_row_of_a_sheet_with_a_text_is_the_header() -> None:
    table = table_of(row(2, " ") + row(4, "id", "name") + row(6, "1", "a"))
    assert table == Table(["id", "name"], table.lines)
    assert list(table.lines) == [Line(6, ["1", "a"])]


@pytest.mark.parametrize("size", ["A1:B2", "A1:A1", "A1:XFD1048576", "C7:D9"])
def test_rows_and_columns_outside_the_stated_size_of_the_sheet_are_read(size: str) -> None:
    rows = "".join(row(number, str(number), "x") for number in range(2, 7))
    assert lines_of(rows, f'<dimension ref="{size}"/>') == [
        [str(number), "x"] for number in range(2, 7)
    ]


def test_blank_cells_behind_the_last_column_do_not_count() -> None:
    blank = '<c r="C2" s="1"/><c r="XFD2" t="str"><v> </v></c></row>'
    header = TWO_COLUMNS.replace("</row>", '<c r="XFD1" s="1"/></row>')
    table = table_of(header + row(2, "1", "a").replace("</row>", blank))
    assert table == Table(["id", "name"], table.lines)
    assert list(table.lines) == [Line(2, ["1", "a"])]


def test_a_row_is_padded_to_the_columns_of_the_header() -> None:
    assert lines_of(row(2, "1") + '<row r="3"><c r="B3" t="str"><v>b</v></c></row>') == [
        ["1", ""],
        ["", "b"],
    ]


def test_a_text_behind_the_last_column_of_the_header_makes_a_row_ragged() -> None:
    (line,) = table_of(TWO_COLUMNS + row(2, "1", "a", "", "note")).lines
    assert line.fault is not None
    assert (line.fault.code, line.fault.params) == ("ragged", {"expected": 2, "found": 4})


@pytest.mark.parametrize(
    "cells",
    [
        '<c r="B2" t="str"><v>b</v></c><c r="A2" t="str"><v>a</v></c>',
        '<c r="A2" t="str"><v>a</v></c><c r="A2" t="str"><v>b</v></c>',
        '<c r="ZZZZ2" t="str"><v>b</v></c>',
    ],
)
def test_cells_that_would_be_lost_are_refused(cells: str) -> None:
    assert code_of_refused(f'<row r="2">{cells}</row>') == "malformed"


def test_a_cell_that_shares_a_formula_is_a_formula_and_does_not_repeat_it() -> None:
    first = '<c r="A2"><f t="shared" si="0">1+&quot;</f><v>1</v></c>'
    second = '<c r="B2"><f t="shared" si="0"/><v>1</v></c>'
    assert lines_of(f'<row r="2">{first}{second}</row>') == [['=1+"', "="]]


def test_a_number_that_is_too_large_is_an_error_value() -> None:
    cells = '<c r="A2"><v>1E400</v></c><c r="B2"><v>-1E400</v></c>'
    assert lines_of(f'<row r="2">{cells}</row>') == [["=#NUM!", "=#NUM!"]]


@pytest.mark.filterwarnings("ignore:Cell B2 is marked as a date:UserWarning")
def test_a_number_that_is_no_date_is_an_error_value() -> None:
    cell = f'<c r="B2" s="{DATE_STYLE}"><v>99999999</v></c>'
    assert lines_of(f'<row r="2">{cell}</row>') == [["", "=#VALUE!"]]


def test_values_of_cells_in_warnings_are_not_logged() -> None:
    """A process that logs as the services do reads the file, and warns of something else."""
    cell = f'<c r="B2" s="{DATE_STYLE}"><v>99999999</v></c>'
    program = (
        "import io, sys, warnings; from shared import logging;"
        "from shared.files.tables import read_table;"
        "logging.configure(service='registry', role='worker', level='INFO');"
        "list(read_table(io.BytesIO(sys.stdin.buffer.read())).lines);"
        "warnings.warn('another warning')"
    )
    content = workbook(f'{TWO_COLUMNS}<row r="2">{cell}</row>')
    ended = subprocess.run(
        [sys.executable, "-c", program], input=content, capture_output=True, check=True
    )
    (line,) = ended.stdout.splitlines()
    assert line.startswith(b'{"')
    assert b"another warning" in line
    assert ended.stderr == b""


@pytest.mark.parametrize("content", ["<document/>", "<Types"])
def test_an_archive_that_is_no_workbook_is_refused(content: str) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("[Content_Types].xml", content)
    with pytest.raises(Invalid) as refused:
        read_table(io.BytesIO(file.getvalue()))
    assert refused.value.faults[0].code == "malformed"


def test_a_small_file_that_unpacks_to_a_huge_one_is_refused() -> None:
    content = workbook(TWO_COLUMNS + "<row/>" * 3_000_000)
    assert len(content) < workbooks.MAX_UNPACKED_BYTES // 1000
    with pytest.raises(Invalid) as refused:
        read_table(io.BytesIO(content))
    assert refused.value.faults[0].code == "too_large"


@pytest.mark.parametrize("rows", ['<row r="2">{}</row>', "{}"])
def test_a_row_or_anything_else_in_a_sheet_of_more_than_4_mib_is_refused(rows: str) -> None:
    assert code_of_refused(rows.format(f"<c>{'1' * 4_300_000}</c>")) == "too_large"
    long_rows = (row(number, "1" * 600_000, "x") for number in range(2, 22))
    assert len(lines_of("".join(long_rows))) == 20


MEMORY_AND_CODE = """
import io, resource, sys
from shared.errors import Invalid
from shared.files.tables import read_table
file = io.BytesIO(sys.stdin.buffer.read())
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    read_table(file)
except Invalid as error:
    print(error.faults[0].code)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
"""A program that reads a workbook, and prints its fault and the KiB that the process has grown."""


@pytest.mark.parametrize(
    "build",
    [
        lambda: workbook(f'<row r="1">{"<c/>" * 4_000_000}</row>'),
        lambda: workbook(f"{'<c/>' * 4_000_000}{TWO_COLUMNS}"),
        lambda: workbook(TWO_COLUMNS, shared_texts="<si/>" * 3_000_000),
        lambda: workbook(TWO_COLUMNS, shared_texts=f"<si>{'<r/>' * 4_000_000}</si>"),
        lambda: with_styles("<xf/>" * 3_000_000),
    ],
    ids=["cells of a row", "elements outside rows", "shared texts", "pieces of a text", "styles"],
)
def test_a_small_file_of_millions_of_elements_is_refused_with_little_memory(
    build: Callable[[], bytes],
) -> None:
    content = build()
    assert len(content) < 40_000
    ended = subprocess.run(
        [sys.executable, "-c", MEMORY_AND_CODE], input=content, capture_output=True, check=True
    )
    code, growth = ended.stdout.decode().split()
    assert code == "too_large"
    assert int(growth) < 100 * 1024


def test_a_row_may_have_the_cells_of_all_columns_and_no_more() -> None:
    cells = '<c t="str"><v>x</v></c>' * 16_384
    (line,) = table_of(f'{TWO_COLUMNS}<row r="2">{cells}</row>').lines
    assert line.fault is not None
    assert line.fault.params == {"expected": 2, "found": 16_384}
    assert code_of_refused(f'<row r="2">{cells}<c/></row>') == "malformed"


def test_a_workbook_may_share_as_many_texts_as_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MAX_SHARED_TEXTS", 3)
    texts = "<si/><si><t>id</t></si><si><t>b</t></si>"
    rows = '<row r="1"><c t="s"><v>1</v></c></row>'
    assert read_table(io.BytesIO(workbook(rows, shared_texts=texts))).header == ["id"]
    with pytest.raises(Invalid) as refused:
        read_table(io.BytesIO(workbook(rows, shared_texts=f"{texts}<si/>")))
    assert refused.value.faults[0].params == {"max": 3}


def test_a_shared_text_of_several_formats_is_one_text_without_readings() -> None:
    runs = "<r><rPr><b/></rPr><t>东</t></r><r><t>京_x005F_x0041_</t></r>"
    text = f'<si>{runs}<rPh sb="0" eb="1"><t>トウ</t></rPh></si>'
    rows = '<row r="1"><c t="s"><v>0</v></c></row>'
    assert read_table(io.BytesIO(workbook(rows, shared_texts=text))).header == ["东京_x0041_"]


def test_a_row_inside_a_row_is_refused() -> None:
    assert code_of_refused('<row r="2"><row r="3"/></row>') == "malformed"


def test_a_document_that_declares_entities_is_refused() -> None:
    declared = f'<!DOCTYPE a [<!ENTITY b "<c/>">]><sst xmlns="{NAMESPACE}"/>'
    content = with_parts(workbook(TWO_COLUMNS), {"xl/sharedStrings.xml": lambda _: declared})
    with pytest.raises(Invalid) as refused:
        read_table(io.BytesIO(content))
    assert refused.value.faults[0].code == "malformed"


def test_shared_texts_of_more_than_128_mib_are_refused_unread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(workbooks, "_MAX_TEXTS_BYTES", 1000)
    with pytest.raises(Invalid) as refused:
        read_table(io.BytesIO(workbook(TWO_COLUMNS, shared_texts="<si/>" * 200)))
    assert refused.value.faults[0].code == "too_large"
    assert refused.value.faults[0].params == {"max": 1000}


def test_styles_of_more_than_16_mib_are_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "_MAX_PART_BYTES", 2000)
    with pytest.raises(Invalid) as refused:
        read_table(io.BytesIO(workbook(TWO_COLUMNS)))
    assert refused.value.faults[0].params == {"max": 2000}


def test_only_the_first_sheet_is_read() -> None:
    book, file = openpyxl.Workbook(), io.BytesIO()
    book.create_chartsheet(index=0)
    book.worksheets[0].append(["id"])
    book.create_sheet().append(["other"])
    book.save(file)
    assert read_table(io.BytesIO(file.getvalue())).header == ["id"]


class StoppedError(InterruptedError):
    """Raised by `check` in the tests below; it is an OSError, as the one that a runner raises."""


@pytest.mark.parametrize("kind", ["CSV", "XLSX"])
def test_reading_stops_in_the_middle_of_a_file_without_lines(kind: str) -> None:
    empty_rows = "".join(f'<row r="{number}"/>' for number in range(2, 100_000))
    csv = b"a\n" + b"\n" * 2_000_000
    is_stopped = Event()

    def check() -> None:
        if is_stopped.is_set():
            raise StoppedError

    content = csv if kind == "CSV" else workbook(TWO_COLUMNS + empty_rows)
    table = read_table(io.BytesIO(content), check=check)
    is_stopped.set()
    with pytest.raises(StoppedError):
        next(table.lines)


def test_reading_stops_while_the_texts_of_a_workbook_are_read() -> None:
    calls = list[None]()
    read_table(io.BytesIO(workbook(TWO_COLUMNS)), check=lambda: calls.append(None))
    texts = "".join(f"<si><t>{number**40}</t></si>" for number in range(20_000))
    checks = iter(calls)

    def check() -> None:
        if next(checks, StoppedError) is StoppedError:
            raise StoppedError

    with pytest.raises(StoppedError):
        read_table(io.BytesIO(workbook(TWO_COLUMNS, shared_texts=texts)), check=check)


def test_a_workbook_that_is_damaged_in_an_unusual_compression_is_malformed() -> None:
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook(TWO_COLUMNS))) as source,
        zipfile.ZipFile(file, "w", zipfile.ZIP_LZMA) as target,
    ):
        for name in source.namelist():
            target.writestr(name, source.read(name))
        offset = target.getinfo("xl/worksheets/sheet1.xml").header_offset
    content = bytearray(file.getvalue())
    content[offset + 80 : offset + 120] = b"\xff" * 40
    with pytest.raises(Invalid) as refused:
        read_table(io.BytesIO(bytes(content)))
    assert refused.value.faults[0].code == "malformed"


def test_blank_formatted_rows_are_skipped_however_many_there_are() -> None:
    blank = "".join(f'<row r="{n}"><c r="A{n}" s="1"/></row>' for n in range(3, 100_003))
    content = workbook(TWO_COLUMNS + row(2, "1", "a") + blank + row(100_003, "2", "b"))
    lines = [Line(2, ["1", "a"]), Line(100_003, ["2", "b"])]
    assert list(read_table(io.BytesIO(content)).lines) == lines

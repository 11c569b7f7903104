"""Reading CSV and XLSX files as tables, and refusing files that are no tables."""

import io
import zipfile

import openpyxl
import pytest
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

from shared.errors import Fault, Invalid
from shared.files import tables
from shared.files.cells import is_formula
from shared.files.csv_rows import MAX_LINE_LENGTH
from shared.files.tables import read_table


def read_rows(content: bytes) -> list[list[str]]:
    """Read a file; return its header and then the cells of each line."""
    table = read_table(io.BufferedReader(io.BytesIO(content)))
    return [table.header, *(line.cells for line in table.lines)]


def fault_of(content: bytes) -> Fault:
    """Return the fault for which a file is refused."""
    with pytest.raises(Invalid) as error:
        read_rows(content)
    return error.value.faults[0]


def test_nul_in_a_cell_is_no_sign_of_another_encoding() -> None:
    assert read_rows(b"id,name\nA1,\x00\nA\x002,b\n")[1:] == [["A1", "\x00"], ["A\x002", "b"]]
    for length in range(4):
        cell = "a" * length + "\x00"
        assert read_rows(f"id,name\n1,{cell}\n2,b\n".encode())[1:] == [["1", cell], ["2", "b"]]


def test_a_cell_of_almost_the_longest_line_is_read() -> None:
    long = "x" * (MAX_LINE_LENGTH - 10)
    assert read_rows(f"a,b\n1,{long}\n2,y\n".encode())[1:] == [["1", long], ["2", "y"]]


def test_a_cell_of_140_kb_in_a_column_that_nobody_maps_is_read() -> None:
    long = "y" * 140_000
    assert read_rows(f'a,note\n1,"{long}"\n2,\n'.encode())[1:] == [["1", long], ["2", ""]]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b'a,b\n1,2\n3,"open\n4,5\n6,7\n', 3),
        (b'a,b\n1,"open\n2,3\n"4",5\n6,7\n', 2),
        (b'a,b\n"x\ny","open\n2,3\n4,5', 3),
        (b'a,b\r\n"x\r\ny","bad"z\r\n', 3),
        (b'a,b\n"say ""hi""",2\n1,"one"two\n', 3),
        (b'a,b\n"', 2),
        (b'a,b\n1,"' + b"x\n" * (MAX_LINE_LENGTH // 2), 2),
    ],
)
def test_a_quote_that_is_not_closed_is_reported_with_the_line_on_which_it_opens(
    content: bytes, line: int
) -> None:
    fault = fault_of(content)
    assert (fault.code, fault.params) == ("malformed", {"line": line})
    assert f"begins on line {line} " in fault.message


def test_quotes_commas_and_line_breaks_inside_a_quoted_cell_are_read() -> None:
    assert read_rows(b'a,b\n"x, ""y""\nz",2\n') == [["a", "b"], ['x, "y"\nz', "2"]]


def test_a_ragged_line_is_returned_with_a_fault_and_an_empty_line_is_skipped() -> None:
    table = read_table(io.BufferedReader(io.BytesIO(b"a,b\n1\n\n1,2\n1,2,3\n")))
    lines = list(table.lines)
    found = [(line.number, line.cells, line.fault and line.fault.code) for line in lines]
    assert found == [
        (2, ["1", ""], "ragged"),
        (4, ["1", "2"], None),
        (5, ["1", "2", "3"], "ragged"),
    ]
    assert [line.cells_in_file for line in lines] == [["1"], ["1", "2"], ["1", "2", "3"]]


def test_columns_without_a_name_at_the_end_of_the_header_do_not_count() -> None:
    table = read_table(io.BytesIO(b"a,,b, ,\n1,2,3,,\n1,2,3, \n1,2,3\n1,2,3,4,\n1,2,3,,,\n1,2\n"))
    assert table.header == ["a", "", "b"]
    lines = list(table.lines)
    assert [line.cells for line in lines[:3]] == [["1", "2", "3"]] * 3
    counts = [line.fault and line.fault.params["found"] for line in lines]
    assert counts == [None, None, None, 4, 6, 2]


def test_a_ragged_line_has_at_most_one_cell_more_than_a_header_may_have() -> None:
    (line,) = read_table(io.BytesIO(b"a,b\n" + b"1," * 5000 + b"\n")).lines
    assert line.fault is not None
    assert line.fault.params == {"expected": 2, "found": 5001}
    assert len(line.cells) == len(line.cells_in_file) == tables.MAX_COLUMNS + 1


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b",,\n", "empty"),
        (b"a,a\n1,2\n", "double_column"),
        (b"a" * 201 + b",b\n1,2\n", "long_column"),
        (b",".join(b"c%d" % n for n in range(1001)) + b"\n", "too_many_columns"),
        (b",".join(b"c%d" % n for n in range(130_000)) + b"\n", "too_many_columns"),
        (b'a\n"x"y\n', "malformed"),
        (b"a\x00,b\n1,2\n", "malformed"),
        (b"PK\x03\x04 no zip", "malformed"),
        (b"a\n" + b"x" * (MAX_LINE_LENGTH + 10), "long_line"),
        (b"a\n" + b'"x\n",' * (MAX_LINE_LENGTH // 4), "long_line"),
    ],
)
def test_a_file_that_is_not_a_table_is_refused_with_the_code_of_the_reason(
    content: bytes, code: str
) -> None:
    assert fault_of(content).code == code


def test_a_workbook_with_a_truncated_sheet_is_refused() -> None:
    book, whole, truncated = openpyxl.Workbook(), io.BytesIO(), io.BytesIO()
    book.worksheets[0].append(["a"])
    book.save(whole)
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(truncated, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content[:-20] if "sheet1" in name else content)
    assert fault_of(truncated.getvalue()).code == "malformed"


def test_cells_of_a_workbook_are_read_as_the_text_that_a_csv_file_has() -> None:
    book, file = openpyxl.Workbook(), io.BytesIO()
    sheet = book.worksheets[0]
    sheet.append(["编号", "价", "何时", "算"])
    sheet.append([17, 2.55, "2026-01-31 08:00", "=1+1"])
    book.save(file)
    assert read_rows(file.getvalue())[1] == ["17", "2.55", "2026-01-31 08:00", "=1+1"]
    assert is_formula("=1+1")


def test_formulas_and_error_values_of_a_workbook_are_read_as_formulas() -> None:
    book, file = openpyxl.Workbook(), io.BytesIO()
    sheet = book.worksheets[0]
    sheet.append(["array", "table", "error"])
    sheet["A2"] = ArrayFormula("A2:A2", "=UPPER(B2)")
    sheet["B2"] = DataTableFormula("B2:B2", dt2D=False, r1="A1")
    sheet["C2"] = "#N/A"
    book.save(file)
    found = read_rows(file.getvalue())[1]
    assert found == ["=UPPER(B2)", "=B2:B2", "=#N/A"]
    assert all(is_formula(cell) for cell in found)

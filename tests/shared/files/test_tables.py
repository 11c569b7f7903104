"""Files as users bring them."""

import io
import zipfile

import openpyxl
import pytest
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

from shared.errors import Fault, Invalid
from shared.files import tables
from shared.files.cells import is_formula
from shared.files.tables import read_table


def lines(content: bytes, encoding: str | None = None) -> list[list[str]]:
    table = read_table(io.BufferedReader(io.BytesIO(content)), encoding=encoding)
    return [table.header, *(line.cells for line in table.lines)]


def refusal(content: bytes, encoding: str | None = None) -> str:
    return refused(content, encoding).code


def refused(content: bytes, encoding: str | None = None) -> Fault:
    with pytest.raises(Invalid) as found:
        lines(content, encoding)
    return found.value.faults[0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_chinese_is_read_in_either_encoding_with_or_without_mark(encoding: str) -> None:
    content = "编号,名称\r\n1,华东百货\r\n".encode(encoding)
    assert lines(content) == [["编号", "名称"], ["1", "华东百货"]]


def test_a_file_with_one_broken_byte_is_not_taken_for_another_encoding() -> None:
    content = "名称\n华东百货\n西南商场\n".encode() + b"M\xfcller\n"
    fault = refused(content)
    assert (fault.code, fault.message[:21]) == ("encoding", "Line 4 is not utf-8. ")


def test_a_named_encoding_wins_over_a_guess() -> None:
    content = b"a\nn\n" + "名".encode("gbk") + b"\n"
    assert lines(content, "gbk")[-1] == ["名"]
    assert refusal(content, "utf-8") == "encoding"


def test_a_byte_order_mark_wins_over_a_named_encoding() -> None:
    content = "名称\n华东百货\n".encode("utf-8-sig")
    assert lines(content, "gbk") == [["名称"], ["华东百货"]]
    broken = refused(content + b"\xff\n", "gbk")
    assert broken.message.startswith("Line 3 is not utf-8")


GBK = "品名".encode("gbk")


@pytest.mark.parametrize(
    ("content", "encoding", "says"),
    [
        (GBK, "utf-8", ["Line 1 is not utf-8.", "gbk"]),
        (b"a\n" + b'"x\ny"\n' * 9000 + GBK, "utf-8", ["Line 18002 is not utf-8.", "gbk"]),
        (b"a\n" + b"x\n" * 90_000 + GBK, None, ["Line 90002 is not utf-8.", "gbk"]),
        (b"a\n\x81\n", "gbk", ["Line 2 is not gbk.", "utf-8"]),
        (b"a\n\x81\n", None, ["Line 2 is neither utf-8 nor gbk", "save the file as UTF-8"]),
    ],
)
def test_a_line_in_another_encoding_is_named_with_what_can_be_done(
    content: bytes, encoding: str | None, says: list[str]
) -> None:
    fault = refused(content, encoding)
    assert (fault.pointer, fault.code) == ("/file", "encoding")
    for words in says:
        assert words in fault.message
    assert "sig" not in fault.message
    assert "18030" not in fault.message


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-be"])
@pytest.mark.parametrize("encoding", [None, "utf-8", "gbk"])
def test_utf_16_is_named(codec: str, encoding: str | None) -> None:
    content = ("\ufeff" if codec == "utf-16-be" else "") + "编号,名称\n"
    fault = refused(content.encode(codec), encoding)
    assert fault.code == "encoding"
    assert "UTF-16" in fault.message
    assert "save it as UTF-8" in fault.message


def test_quotes_commas_and_line_breaks_inside_a_cell_are_kept() -> None:
    assert lines(b'a,b\n"x, ""y""\nz",2\n') == [["a", "b"], ['x, "y"\nz', "2"]]


def test_a_ragged_line_is_given_with_its_fault_and_empty_ones_are_left_out() -> None:
    table = read_table(io.BufferedReader(io.BytesIO(b"a,b\n1\n\n1,2\n1,2,3\n")))
    found = [(line.number, len(line.cells), line.fault and line.fault.code) for line in table.lines]
    assert found == [(2, 2, "ragged"), (4, 2, None), (5, 2, "ragged")]


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
        (b"PK\x03\x04 no zip", "malformed"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 512, "malformed"),
        (b"a\n" + b"x" * (tables.LONGEST_LINE + 10), "long_line"),
        (b"a\n" + b'"x\n",' * (tables.LONGEST_LINE // 4), "long_line"),
    ],
)
def test_what_is_no_table_is_refused_with_a_reason(content: bytes, code: str) -> None:
    assert refusal(content) == code


def test_a_workbook_whose_sheet_breaks_off_is_refused() -> None:
    book, whole, broken = openpyxl.Workbook(), io.BytesIO(), io.BytesIO()
    book.worksheets[0].append(["a"])
    book.save(whole)
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(broken, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content[:-20] if "sheet1" in name else content)
    assert refusal(broken.getvalue()) == "malformed"


def test_a_workbook_reads_like_the_csv_of_it() -> None:
    book, file = openpyxl.Workbook(), io.BytesIO()
    sheet = book.worksheets[0]
    sheet.append(["编号", "价", "何时", "算"])
    sheet.append([17, 2.55, "2026-01-31 08:00", "=1+1"])
    book.save(file)
    assert lines(file.getvalue())[1] == ["17", "2.55", "2026-01-31 08:00", "=1+1"]
    assert is_formula("=1+1")


def test_what_a_workbook_computes_or_could_not_is_a_formula() -> None:
    book, file = openpyxl.Workbook(), io.BytesIO()
    sheet = book.worksheets[0]
    sheet.append(["array", "table", "error"])
    sheet["A2"] = ArrayFormula("A2:A2", "=UPPER(B2)")
    sheet["B2"] = DataTableFormula("B2:B2", dt2D=False, r1="A1")
    sheet["C2"] = "#N/A"
    book.save(file)
    found = lines(file.getvalue())[1]
    assert found == ["=UPPER(B2)", "=B2:B2", "=#N/A"]
    assert all(is_formula(cell) for cell in found)


def test_an_old_workbook_is_told_from_a_text_in_an_unknown_encoding() -> None:
    fault = refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 512)
    assert "XLSX" in fault.message

"""Tests of lanes of imports: which uploaded files are small."""

import io

import openpyxl
import pytest

from shared.errors import Invalid
from shared.imports import lanes
from shared.imports.lanes import read_outline
from shared.jobs.models import Lane

HEADER = b"code,name\n"


def workbook(lines: int, *, blank_lines: int = 0) -> bytes:
    """Return an XLSX file with a header, rows of blank texts, and as many lines below them."""
    book = openpyxl.Workbook(write_only=True)
    sheet, file = book.create_sheet(), io.BytesIO()
    rows = [["code", "name"], *[[" ", " "]] * blank_lines, *[["P1", "a"]] * lines]
    for row in rows:
        sheet.append(row)
    book.save(file)
    return file.getvalue()


def lane(content: bytes, encoding: str | None = None) -> Lane:
    """Return the lane of a file with this content."""
    return read_outline(io.BytesIO(content), encoding=encoding).lane


@pytest.mark.parametrize(("lines", "expected"), [(0, "small"), (5000, "small"), (5001, "large")])
def test_a_file_of_at_most_5000_lines_is_small(lines: int, expected: str) -> None:
    assert lane(HEADER + b"P1,a\n" * lines) == expected
    assert lane(workbook(lines)) == expected


def test_blank_lines_do_not_make_a_file_large() -> None:
    assert lane(HEADER + b"\n" * 6000 + b"P1,a\n") == Lane.SMALL
    assert lane(workbook(1, blank_lines=6000)) == Lane.SMALL


def test_a_file_whose_lines_take_too_long_to_count_is_large(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lanes, "MAX_CPU_SECONDS", 0.0)
    assert lane(HEADER + b"\n" * 2 * 1024 * 1024) == Lane.LARGE
    assert lane(workbook(0, blank_lines=20_000)) == Lane.LARGE


def test_a_file_that_cannot_be_read_to_its_5000th_line_is_small() -> None:
    assert lane(HEADER + b"P1,a\n" * 4000 + b"P1,\xff\xfe\n", encoding="utf-8") == Lane.SMALL


def test_the_header_of_a_file_is_read_however_long_that_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lanes, "MAX_CPU_SECONDS", -1.0)
    assert read_outline(io.BytesIO(workbook(1)), encoding=None).header == ["code", "name"]


def test_a_file_without_a_header_is_refused() -> None:
    with pytest.raises(Invalid):
        lane(b"")

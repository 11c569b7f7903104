"""The text of numbers in a sheet: 15 significant digits, and formats of ids."""

import io

import openpyxl
import pytest

from shared.files.numbers import id_format, number_text
from shared.files.tables import Line, read_table

IS_ROUNDED, AS_IT_IS = "rounded", "as it is"


@pytest.mark.parametrize(
    ("value", "text", "rounded"),
    [
        (2.2, "2.2", AS_IT_IS),
        (4.4 + 2.2, "6.6", IS_ROUNDED),
        (100 / 7, "14.2857142857143", IS_ROUNDED),
        (-100 / 7, "-14.2857142857143", IS_ROUNDED),
        (7.0, "7", AS_IT_IS),
        (1e-05, "0.00001", AS_IT_IS),
        (-0.0, "0", AS_IT_IS),
        (0, "0", AS_IT_IS),
        (987654321098765, "987654321098765", AS_IT_IS),
        (99999999999.9999, "99999999999.9999", AS_IT_IS),
    ],
)
def test_a_number_has_15_significant_digits_and_no_exponent(
    value: float, text: str, rounded: str
) -> None:
    assert number_text(value) == (text, rounded == IS_ROUNDED)


@pytest.mark.parametrize(
    ("value", "text", "rounded"),
    [
        (320502198812120017, "3.2050219881212E+17", IS_ROUNDED),
        (320502198812120025, "3.2050219881212E+17", IS_ROUNDED),
        (3.2050219881212e17, "3.2050219881212E+17", AS_IT_IS),
        (1000000000000000, "1E+15", AS_IT_IS),
    ],
)
def test_a_number_of_16_digits_or_more_is_shown_with_an_exponent(
    value: float, text: str, rounded: str
) -> None:
    assert number_text(value) == (text, rounded == IS_ROUNDED)


@pytest.mark.parametrize(
    ("code", "number", "shown"),
    [
        ("000000", 77, "000077"),
        ("000000", 1234567, "1234567"),
        ("00", 0, "00"),
        ("000-0000", 5551234, "555-1234"),
        ("00-000", 9, "00-009"),
        ('"KD-"0000', 12, "KD-0012"),
        ('"KD-"0', 12, "KD-12"),
        (r"\K\D0000", 12, "KD0012"),
        ("!K0000", 12, "K0012"),
        ('0000"号"', 12, "0012号"),
        ("###-####", 123, "-123"),
        ("(000) 000-0000", 1234567890, "(123) 456-7890"),
        ("0000_ ", 5, "0005"),
        ("[Red]0000;-0000", 5, "0005"),
        ('"KD"General', 111, "KD111"),
        ("?00000", 107, "00107"),
        ("[$-804]0000", 5, "0005"),
        ('"a;b"00', 5, "a;b05"),
    ],
)
def test_a_format_of_ids_shows_a_number_as_a_spreadsheet_does(
    code: str, number: int, shown: str
) -> None:
    found = id_format(code)
    assert found is not None
    assert found.show(number) == shown


@pytest.mark.parametrize(
    "code",
    [
        *("General", "0", "0_ ", "#", "@", "", '0"件"', "0.00", "#,##0", "00%", "0.00E+00", "00,"),
        *('"¥"00', "[$¥-804]00", '"USD "00', '00"元"', "[>9]000", "# ?/?", "000/000", "* 000"),
    ],
)
def test_a_format_of_quantities_and_amounts_leaves_a_number_as_it_is(code: str) -> None:
    assert id_format(code) is None


def test_a_number_is_read_with_the_zeros_and_texts_of_its_format() -> None:
    book, file = openpyxl.Workbook(), io.BytesIO()
    sheet = book.worksheets[0]
    sheet.append(["id"])
    codes = ("000000", "0.00", "#,##0", '"SO-"0000', "0%", "00-000", "General")
    for number, code in enumerate(codes, 2):
        sheet.cell(number, 1, 123).number_format = code
    sheet.append([4.5])
    sheet.cell(9, 1).number_format = "000"
    book.save(file)
    found = [line.cells[0] for line in read_table(io.BytesIO(file.getvalue())).lines]
    assert found == ["000123", "123", "123", "SO-0123", "123", "00-123", "123", "4.5"]


def test_a_line_names_its_cells_whose_number_was_rounded_to_15_digits() -> None:
    book, file = openpyxl.Workbook(), io.BytesIO()
    for values in (["a", "b"], [0.7, 5.500000000000001], [None, 100 / 7], ["x", 0.7]):
        book.worksheets[0].append(values)
    book.save(file)
    assert list(read_table(io.BytesIO(file.getvalue())).lines) == [
        Line(2, ["0.7", "5.5"], None, (1,)),
        Line(3, ["", "14.2857142857143"], None, (1,)),
        Line(4, ["x", "0.7"]),
    ]

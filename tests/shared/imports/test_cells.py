"""Parsing each kind of cell, and the message about a text that cannot be parsed."""

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import InvalidValue
from shared.imports.cells import (
    CODE,
    COUNTRY,
    CURRENCY,
    EXACT,
    FLAG,
    ID,
    NAME,
    Cell,
    choice_cell,
    day_cell,
    text_cell,
    time_cell,
)
from shared.imports.times import TimeFormat

SHANGHAI = TimeFormat(ZoneInfo("Asia/Shanghai"))
DAY = day_cell(SHANGHAI)


class Colour(StrEnum):
    """An enumeration from which the tests build a choice cell."""

    RED = "red"
    BLUE = "blue"


@pytest.mark.parametrize(
    ("cell", "text", "value"),
    [
        (CODE, "A" * 100, "A" * 100),
        (NAME, "名" * 200, "名" * 200),
        (EXACT, "2599.00", Decimal("2599.00")),
        (EXACT, "\u2212１２．５", Decimal("-12.5")),
        (CURRENCY, "CNY", "CNY"),
        (COUNTRY, "GB", "GB"),
        (DAY, "2026/1/31 23:59", date(2026, 1, 31)),
        (FLAG, "True", True),
        (FLAG, "是", True),
        (FLAG, "NO", False),
        (FLAG, "0", False),
    ],
)
def test_each_kind_of_cell_is_parsed(cell: Cell, text: str, value: object) -> None:
    assert cell.parse(text) == value


@pytest.mark.parametrize(
    ("cell", "text", "message"),
    [
        (CODE, "A" * 101, "at most 100"),
        (NAME, "名" * 201, "at most 200"),
        (CODE, "a\x00b", r"^Leave out the character NUL\.$"),
        (NAME, "=1+1", r"^Give the value, not a formula\.$"),
        (EXACT, "1,000", "digits"),
        (EXACT, "１，２", "digits"),
        (EXACT, "5²", "digits"),
        (EXACT, "0.٣", "digits"),
        (CURRENCY, "cny", r"^Give an ISO 4217 code such as CNY\.$"),
        (COUNTRY, "UK", r"^Give an ISO 3166 code of two letters such as CN\.$"),
        (DAY, "2026-02-30", r"There is no such day or time\."),
        (DAY, "2026/2/30 10:00", r"There is no such day or time\."),
        (DAY, "tomorrow", r"Give a day as 2026-01-31 or 2026/1/31\."),
        (DAY, "30/01/2026", "`options.date_format`"),
        (FLAG, "maybe", "^Give one of true, .*false, "),
        (time_cell(SHANGHAI), "soon", "2026-01-31 09:30:00 or 2026/1/31 9:30"),
        (time_cell(SHANGHAI), "2026/2/30 10:00", r"There is no such day or time\."),
        (time_cell(SHANGHAI), "0001-01-01", "from 1900-01-01 to 9998-12-31"),
        (DAY, "1899-12-31", "from 1900-01-01 to 9998-12-31"),
        (DAY, "9999-01-01", "from 1900-01-01 to 9998-12-31"),
    ],
)
def test_an_invalid_cell_is_refused_with_a_message_that_helps_to_correct_it(
    cell: Cell, text: str, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        cell.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "1.10101E+17",
            "1.10101e+17",
            "1,10101E+17",
            "1.1E17",
            "6.9012345678901E12",
            "1E+17",
            "###",
        ),
        *("8.61381E+12", "-1.5E+11", "110.1E+15", "１．１Ｅ＋１７", "1.1 E+17", "1.1E\u22125"),
    ],
)
def test_an_id_that_a_spreadsheet_has_shortened_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue, match=r"^A spreadsheet has shortened this id\."):
        ID.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "2E5",
        "12E4",
        "1E17",
        "E+17",
        "1.1",
        "A1.1E+17",
        "1.1E+17B",
        "110101199003071234",
        "0E",
        "1.E5",
    ],
)
def test_a_code_that_no_spreadsheet_writes_is_an_id(text: str) -> None:
    assert ID.parse(text) == text


@given(st.lists(st.integers(10**11, 10**18 - 1).map(str), min_size=2, max_size=2, unique=True))
def test_no_two_numbers_become_one_id(numbers: list[str]) -> None:
    """Each number is shortened as spreadsheets do it, to 6 digits."""
    shortened = [f"{int(number):.5E}" for number in numbers]
    assert len({ID.parse(number) for number in numbers}) == 2
    for text in shortened:
        with pytest.raises(InvalidValue):
            ID.parse(text)


@pytest.mark.parametrize("cell", [CODE, ID, NAME, text_cell(3)])
@pytest.mark.parametrize("text", ["\u3164", "\u2800", "\u200b\u3164", "\u115f\u00a0"])
def test_a_text_of_nothing_visible_is_refused(cell: Cell, text: str) -> None:
    with pytest.raises(InvalidValue, match=r"^The text has no visible character\."):
        cell.parse(text)


def test_a_text_has_at_most_the_given_number_of_characters() -> None:
    cell = text_cell(3)
    assert cell.parse("abc") == "abc"
    with pytest.raises(ValueError, match=r"Give at most 3 characters\."):
        cell.parse("abcd")


def test_a_choice_takes_the_values_of_its_enumeration_only() -> None:
    colour = choice_cell(Colour)
    assert colour.parse("blue") is Colour.BLUE
    with pytest.raises(ValueError, match=r"^Give one of red, blue\.$"):
        colour.parse("green")


@pytest.mark.parametrize(
    ("text", "moment", "day"),
    [
        ("2026/1/31 7:30", datetime(2026, 1, 30, 23, 30, tzinfo=UTC), date(2026, 1, 31)),
        ("2026-01-31T20:00:00Z", datetime(2026, 1, 31, 20, tzinfo=UTC), date(2026, 2, 1)),
        ("2026-01-31", datetime(2026, 1, 30, 16, tzinfo=UTC), date(2026, 1, 31)),
    ],
)
def test_a_time_without_offset_is_local_and_every_business_day_is_local(
    text: str, moment: datetime, day: date
) -> None:
    assert time_cell(SHANGHAI).parse(text) == (moment, day)
    assert time_cell(SHANGHAI).parse(text)[0].tzinfo is UTC


def test_a_cached_cell_parses_a_text_once_and_remembers_a_limited_number() -> None:
    parsed: list[str] = []

    def parse(text: str) -> str:
        parsed.append(text)
        return text

    cell = Cell(parse, "text").cached()
    assert [cell.parse(text) for text in ("a", "b", "a")] == ["a", "b", "a"]
    assert (parsed, cell.format) == (["a", "b"], "text")
    assert vars(cell.parse)["cache_parameters"]()["maxsize"] == 65_536


def test_each_kind_of_cell_describes_how_its_value_is_written() -> None:
    assert choice_cell(Colour).format == "`red` or `blue`"
    assert text_cell(3).format == "text of at most 3 characters"
    assert FLAG.format == "yes (`true`, `1`, `yes`, `是`) or no (`false`, `0`, `no`, `否`)"
    assert "2026-01-31 09:30:00" in time_cell(SHANGHAI).format

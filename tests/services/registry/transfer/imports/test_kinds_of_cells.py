"""How each kind of cell is read, and what is said of one that cannot be."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.registry.transfer.imports.cells import (
    CODE,
    CURRENCY,
    DAY,
    DAYS,
    EXACT,
    FLAG,
    NAME,
    PHONE,
    PRICE,
    TAGS,
    Cell,
    choice,
    time_in,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (CODE.read, "A" * 100, "A" * 100),
        (NAME.read, "名" * 200, "名" * 200),
        (EXACT.read, "2599.00", Decimal("2599.00")),
        (CURRENCY.read, "CNY", "CNY"),
        (DAY.read, "2026/1/31 23:59", date(2026, 1, 31)),
        (FLAG.read, "True", True),
        (FLAG.read, "是", True),
        (FLAG.read, "NO", False),
        (FLAG.read, "0", False),
        (DAYS.read, "1", 1),
        (DAYS.read, "36500", 36500),
        (DAYS.read, "0000000030", 30),
        (PRICE.read, "0", 0),
        (PRICE.read, "0.5", Decimal("0.5")),
        (PHONE.read, "1" * 50, "1" * 50),
        (TAGS.read, "重点客户; 家电 ;;X", ("重点客户", "家电", "X")),
        (TAGS.read, " ", ()),
        (TAGS.read, "a;" * 50, ("a",) * 50),
    ],
)
def test_a_cell_is_read_as_its_kind_says(
    read: Callable[[str], Any], text: str, value: object
) -> None:
    assert read(text) == value


@pytest.mark.parametrize(
    ("cell", "text", "what"),
    [
        (CODE, "A" * 101, "at most 100"),
        (NAME, "名" * 201, "at most 200"),
        (CODE, "a\x00b", "NUL"),
        (NAME, "=1+1", "formula"),
        (EXACT, "1,000", "digits"),
        (EXACT, "１２", "digits"),
        (EXACT, "0.٣", "digits"),
        (PRICE, "1,000", "digits"),
        (PRICE, "１２", "digits"),
        (DAY, "２０２６/1/31", r"Give a day as 2026-01-31 or 2026/1/31\."),
        (PRICE, "-0.01", "price of 0 or more"),
        (PHONE, "1" * 51, "at most 50"),
        (TAGS, "a;" + "b" * 101, "at most 100"),
        (TAGS, "a;" * 51, r"Give at most 50 words\."),
        (CURRENCY, "cny", "ISO 4217"),
        (DAY, "2026-02-30", r"There is no such day or time\."),
        (DAY, "2026/2/30 10:00", r"There is no such day or time\."),
        (DAY, "30/01/2026", r"Give a day as 2026-01-31 or 2026/1/31\."),
        (FLAG, "maybe", "true.*false"),
        (DAYS, "0", "1 to 36500"),
        (DAYS, "36501", "1 to 36500"),
        (DAYS, "1000000", "1 to 36500"),
        (DAYS, "000036501", "1 to 36500"),
        (DAYS, "１", "1 to 36500"),
        (DAYS, "-1", "1 to 36500"),
        (DAYS, "1.5", "1 to 36500"),
        (DAYS, "X30", "1 to 36500"),
        (time_in(SHANGHAI), "soon", "2026-01-31 09:30:00 or 2026/1/31 9:30"),
        (time_in(SHANGHAI), "2026/2/30 10:00", r"There is no such day or time\."),
        (time_in(SHANGHAI), "0001-01-01", "year from 1900 to 9998"),
    ],
)
def test_a_cell_that_cannot_be_read_says_what_to_give(cell: Cell, text: str, what: str) -> None:
    with pytest.raises(ValueError, match=what):
        cell.read(text)


def test_a_cell_of_codes_takes_these_alone() -> None:
    colour = choice(Colour)
    assert colour.read("blue") is Colour.BLUE
    with pytest.raises(ValueError, match="red, blue"):
        colour.read("green")


@pytest.mark.parametrize(
    ("text", "moment", "day"),
    [
        ("2026/1/31 7:30", datetime(2026, 1, 30, 23, 30, tzinfo=UTC), date(2026, 1, 31)),
        ("2026-01-31T20:00:00Z", datetime(2026, 1, 31, 20, tzinfo=UTC), date(2026, 2, 1)),
        ("2026-01-31", datetime(2026, 1, 30, 16, tzinfo=UTC), date(2026, 1, 31)),
    ],
)
def test_a_time_without_offset_is_local_and_its_day_is_local_always(
    text: str, moment: datetime, day: date
) -> None:
    assert time_in(SHANGHAI).read(text) == (moment, day)
    assert time_in(SHANGHAI).read(text)[0].tzinfo is UTC


def test_a_kind_of_cell_tells_people_what_it_takes() -> None:
    assert choice(Colour).written == "`red` or `blue`"
    assert FLAG.written == "yes (`true`, `1`, `yes`, `是`) or no (`false`, `0`, `no`, `否`)"
    assert "2026-01-31 09:30:00" in time_in(SHANGHAI).written

"""How cells are read, and which headers cannot be imported."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.registry.imports.domain import (
    CODE,
    CURRENCY,
    DAY,
    DAYS,
    EXACT,
    FLAG,
    NAME,
    Cell,
    Column,
    Field,
    choice,
    columns,
    faults_of_columns,
    time_in,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
FIELDS = {
    "code": Field(CODE, "what it is called", required=True),
    "price": Field(EXACT, "what one costs"),
    "day": Field(DAY, "when"),
}


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


def told(header: list[str], mapping: dict[str, str] | None = None) -> list[tuple[str, str]]:
    faults = faults_of_columns(header, mapping or {}, FIELDS)
    return [(fault.pointer, fault.code) for fault in faults]


def message(header: list[str], mapping: dict[str, str] | None = None) -> str:
    return faults_of_columns(header, mapping or {}, FIELDS)[0].message


def test_a_column_is_what_the_mapping_says_else_what_it_is_named_like() -> None:
    found = columns(["note", "code", "单价"], {"单价": "price"}, FIELDS)
    assert found.found == [
        Column("code", 1, CODE.read, required=True),
        Column("price", 2, EXACT.read, required=False),
    ]
    assert found.ignored == ["note"]
    assert (found.place("code"), found.place("price"), found.place("day")) == (1, 2, None)


def test_a_line_gives_its_values_and_what_is_wrong_by_field() -> None:
    found = columns(["day", "price", "code"], {}, FIELDS)
    assert found.read([" 2026-01-31 ", "", "A"]) == (
        {"day": date(2026, 1, 31), "code": "A"},
        [],
    )
    assert found.read(["soon", "2.50", " "]) == (
        {"price": Decimal("2.50")},
        ["day: Give a day as 2026-01-31.", "code: give a value."],
    )


@pytest.mark.parametrize(
    ("header", "mapping", "faults"),
    [
        (["code"], {}, []),
        (["code", "x"], {"x": "price"}, []),
        (["code;price"], {"code": "code"}, [("/file", "separator")]),
        (["code\tprice"], {}, [("/file", "separator")]),
        (["code", "a;b"], {}, []),
        (["code"], {"a/b~c": "price"}, [("/mapping/a~1b~0c", "unknown_column")]),
        (["code", "x"], {"x": "colour"}, [("/mapping/x", "unknown_field")]),
        (["code", "x", "y"], {"x": "day", "y": "day"}, [("/mapping", "mapped_twice")]),
        (["price"], {}, [("/file", "missing_columns")]),
        (["code"], {"code": "price"}, [("/file", "missing_columns")]),
    ],
)
def test_a_header_that_cannot_be_imported_is_told_where_it_is_wrong(
    header: list[str], mapping: dict[str, str], faults: list[tuple[str, str]]
) -> None:
    assert told(header, mapping) == faults


def test_what_is_wrong_with_a_header_names_what_there_is() -> None:
    assert "code;price" in message(["code;price"])
    assert "code, note" in message(["code", "note"], {"x": "price"})
    assert "code, price, day" in message(["code", "x"], {"x": "colour"})
    assert "day" in message(["code", "x", "y"], {"x": "day", "y": "day"})
    assert "code" in message(["price"])


def test_a_long_header_is_shown_to_its_two_hundredth_character() -> None:
    names = ["n" * 150, "m" * 48]
    assert message(names).endswith(", ".join(names))
    names = ["n" * 150, "m" * 49]
    assert message(names).endswith(", ".join(names)[:200] + " ...")


def test_of_many_faults_a_hundred_are_told() -> None:
    mapping = {f"c{n}": "price" for n in range(101)}
    assert len(told(["code"], mapping)) == 100


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
        (CURRENCY, "cny", "ISO 4217"),
        (DAY, "2026-02-30", "2026-01-31"),
        (FLAG, "maybe", "true or false"),
        (DAYS, "0", "1 to 36500"),
        (DAYS, "36501", "1 to 36500"),
        (DAYS, "1000000", "1 to 36500"),
        (DAYS, "１", "1 to 36500"),
        (DAYS, "-1", "1 to 36500"),
        (DAYS, "1.5", "1 to 36500"),
        (time_in(SHANGHAI), "soon", "2026-01-31 09:30:00"),
        (time_in(SHANGHAI), "0001-01-01", "2026-01-31 09:30:00"),
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
    assert "2026-01-31 09:30:00" in time_in(SHANGHAI).written

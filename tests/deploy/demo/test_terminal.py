"""Tests of tables and amounts for a terminal."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.demo.terminal import money, pad, table, width


@pytest.mark.parametrize(("text", "columns"), [("ABC", 3), ("客户", 4), ("A 贵宾", 6), ("", 0)])
def test_a_chinese_character_takes_two_columns(text: str, columns: int) -> None:
    assert width(text) == columns


@given(st.text(alphabet="ab客户，", max_size=8), st.booleans())
def test_padded_texts_have_the_same_width(text: str, right: bool) -> None:  # noqa: FBT001 - a property
    assert width(pad(text, 20, right=right)) == 20


def test_numbers_end_in_the_same_column() -> None:
    lines = table(("客户", "n"), [("零售商", "1"), ("B", "1,000")], right=(1,)).splitlines()
    assert lines == ["  客户        n", "  零售商      1", "  B       1,000"]


def test_money_has_thousands_and_cents() -> None:
    assert money("-1234567.005") == "-1,234,567.00"
    assert money(Decimal("0.015")) == "0.02"

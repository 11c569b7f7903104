"""Tests of cursors: what they contain, and that a forged one is refused."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import BigInteger, Date, Float, Numeric, String, column
from sqlalchemy.types import TypeEngine

from shared.errors import Invalid
from shared.http.cursors import decode, encode, is_after

PATH = "/v1/notes"


@pytest.mark.parametrize(
    ("column_type", "valid", "invalid"),
    [
        (BigInteger(), [0, 2**63 - 1, 1 - 2**63], [2**63, -(2**63) - 1, 1.0, True, "1"]),
        (Float(), [0.5], [1e19, "0.5"]),
        (Numeric(), ["0.50", "9223372036854775807"], ["9223372036854775808", "NaN", "x", 0.5]),
        (String(), ["", "a"], ["a\x00b", 1]),
        (Date(), ["2026-01-31"], ["2026-01-31T00:00:00", "2026-02-30"]),
    ],
)
def test_a_cursor_with_a_value_that_its_column_cannot_have_is_refused(
    column_type: TypeEngine[Any], valid: list[Any], invalid: list[Any]
) -> None:
    """The database would refuse such a value, and the caller would get a 500."""
    order = [column("value", column_type)]
    for value in valid:
        assert is_after(order, [value], descending=False) is not None
    for value in invalid:
        with pytest.raises(Invalid):
            is_after(order, [value], descending=False)


def test_cursors_of_an_earlier_release_stay_valid() -> None:
    key = [
        datetime(2026, 1, 1, tzinfo=UTC),
        UUID("0199a7c0-0000-7000-8000-000000000000"),
        Decimal("1.50"),
        7,
        "茶",
    ]
    given = (
        "WyI2ODYwNDkxZiIsIjIwMjYtMDEtMDFUMDA6MDA6MDArMDA6MDAiLCIwMTk5YTdjMC0wMDAw"
        "LTcwMDAtODAwMC0wMDAwMDAwMDAwMDAiLCIxLjUwIiw3LCLojLYiXQ"
    )
    assert encode(key, PATH) == given


@given(st.lists(st.one_of(st.integers(-(2**53), 2**53), st.text(), st.uuids().map(str))))
def test_a_cursor_decodes_to_the_encoded_key(key: list[Any]) -> None:
    assert decode(encode(key, PATH), PATH) == key


@pytest.mark.parametrize("cursor", ["%", "AAAA", "é", "x" * 500])
def test_a_cursor_that_cannot_be_decoded_is_refused(cursor: str) -> None:
    with pytest.raises(Invalid) as refusal:
        decode(cursor, PATH)
    (fault,) = refusal.value.faults
    assert (fault.pointer, fault.code) == ("query:cursor", "cursor")


@pytest.mark.parametrize("other", ["/v1/others", f"{PATH}written_at", f"{PATH}-written_at"])
def test_the_cursor_of_another_list_or_of_another_order_is_refused(other: str) -> None:
    with pytest.raises(Invalid):
        decode(encode(["x"], other), PATH)

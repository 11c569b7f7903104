"""Tests of cursors: what they contain, and that a forged one is refused."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Float,
    Integer,
    Numeric,
    SmallInteger,
    String,
    Uuid,
    cast,
    column,
    null,
    select,
)
from sqlalchemy.types import TypeEngine

from shared.database import Exact, Moment, sorted_text
from shared.errors import Invalid
from shared.http.cursors import decode, encode, is_after
from tests.shared.backend import Backend

PATH = "/v1/notes"
LIMITS = [2**bits + one for bits in (15, 31, 63) for one in (-1, 0)]
INTEGERS = st.integers() | st.sampled_from([*LIMITS, *(-limit for limit in LIMITS)])
OFFSETS = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
FIRST_AND_LAST = [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)]
TIMES = st.datetimes(timezones=OFFSETS) | st.builds(
    lambda time, offset: time.replace(tzinfo=offset), st.sampled_from(FIRST_AND_LAST), OFFSETS
)
DECIMALS = st.decimals().map(str) | st.sampled_from(["1e-16384", "1e-999999999", "0e-16384", "1_0"])
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@pytest.mark.parametrize(
    ("column_type", "valid", "invalid"),
    [
        (BigInteger(), [0, 2**63 - 1, 1 - 2**63], [2**63, -(2**63) - 1, 1.0, True, "1"]),
        (Integer(), [2**31 - 1, 1 - 2**31], [2**31, -(2**31)]),
        (SmallInteger(), [2**15 - 1, 1 - 2**15], [2**15, -(2**15)]),
        (Float(), [0.5], [1e19, "0.5"]),
        (
            Numeric(),
            ["0.50", "9223372036854775807", "1e-999"],
            ["9223372036854775808", "NaN", "sNaN", "Infinity", "1e-1000", "1e-999999999", "x", 0.5],
        ),
        (String(), ["", "a"], ["a\x00b", 1]),
        (Date(), ["2026-01-31"], ["2026-01-31T00:00:00", "2026-02-30"]),
        (
            Moment,
            ["0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59+00:00"],
            ["0001-01-01T00:00:00+23:00", "9999-12-31T23:59:59-23:00", "2026-01-31T00:00:00"],
        ),
        (DateTime(), ["2026-01-31T00:00:00"], ["2026-01-31T00:00:00+00:00"]),
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


@pytest.mark.parametrize(
    ("column_type", "values"),
    [
        (BigInteger(), INTEGERS),
        (Boolean(), st.booleans()),
        (Date(), st.dates().map(str)),
        (Exact, DECIMALS),
        (Float(), FLOATS),
        (Integer(), INTEGERS),
        (Moment, TIMES.map(str)),
        (SmallInteger(), INTEGERS),
        (Uuid(), st.uuids().map(str)),
        (sorted_text(100), TEXTS),
    ],
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_database_compares_every_value_of_a_cursor_that_is_not_refused(
    backend: Backend, column_type: TypeEngine[Any], values: st.SearchStrategy[Any], data: Any
) -> None:
    value = data.draw(values)
    try:
        condition = is_after([cast(null(), column_type)], [value], descending=False)
    except Invalid:
        return
    with backend.database.connection() as connection:
        assert connection.execute(select(1).where(condition)).all() == []


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

"""Tests of exact numbers and currencies."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import InvalidValue
from shared.money import CURRENCIES, format_decimal, parse_exact

DECIMALS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**40), max_value=10**40)


@pytest.mark.parametrize("text", ["-0", "-0.00"])
def test_a_negative_zero_is_parsed_as_zero(text: str) -> None:
    assert not parse_exact(text).is_signed()


@pytest.mark.parametrize(
    ("text", "parsed"), [("12.50", "12.5"), ("-0.50", "-0.5"), ("+100", "100"), ("7.00", "7")]
)
def test_zeros_at_the_end_of_a_number_are_dropped(text: str, parsed: str) -> None:
    assert str(parse_exact(text)) == parsed


@pytest.mark.parametrize("text", ["", "12,5", "1e3", "1" * 16, "NaN", " 1"])
def test_a_refused_number_comes_with_how_to_write_one(text: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        parse_exact(text)
    assert refused.value.fault.code == "exact_string"
    message = refused.value.fault.message
    assert "Give digits as in 1234.50 or -1234.50, at most 15 before the point and 6 aft" in message
    assert message.endswith("without separators of thousands, brackets, currency or exponent.")


def test_a_number_has_at_most_six_decimals() -> None:
    assert parse_exact("0.123456") == Decimal("0.123456")
    with pytest.raises(InvalidValue, match="there are 7"):
        parse_exact("0.1234567")


def test_a_number_with_too_many_decimals_is_refused_with_how_many_it_has() -> None:
    with pytest.raises(InvalidValue) as refused:
        parse_exact("33.33333333")
    fault = refused.value.fault
    assert (fault.code, fault.params) == ("decimal_digits", {"max": 6, "found": 8})
    assert fault.message.endswith("Give at most 6 digits after the point; there are 8.")


@pytest.mark.parametrize(
    ("number", "written"),
    [
        ("12.50", "12.5"),
        ("1E+3", "1000"),
        ("100", "100"),
        ("100.00", "100"),
        ("0.000", "0"),
        ("-0.0", "0"),
        ("-5.10", "-5.1"),
        ("1E-7", "0.0000001"),
    ],
)
def test_12_50_is_written_as_12_5_and_1e3_as_1000(number: str, written: str) -> None:
    assert format_decimal(Decimal(number)) == written


@given(DECIMALS)
def test_a_decimal_is_written_exactly_without_exponent_and_without_zeros_at_its_end(
    value: Decimal,
) -> None:
    text = format_decimal(value)
    assert Decimal(text) == value
    assert re.fullmatch(r"0|-?(0|[1-9]\d*)\.\d*[1-9]|-?[1-9]\d*", text)


@given(DECIMALS, st.integers(0, 20))
def test_equal_decimals_have_equal_texts_however_many_zeros_they_end_with(
    value: Decimal, zeros: int
) -> None:
    sign, digits, exponent = value.as_tuple()
    longer = Decimal((sign, (*digits, *[0] * zeros), int(exponent) - zeros))
    assert format_decimal(longer) == format_decimal(value)


@pytest.mark.parametrize("code", ["XXX", "XTS", "DEM", "cny"])
def test_codes_for_tests_for_no_currency_and_for_past_currencies_are_no_currencies(
    code: str,
) -> None:
    assert code not in CURRENCIES

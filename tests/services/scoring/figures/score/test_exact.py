"""Decimals are computed, written and sorted without losing a digit."""

from decimal import Decimal, Inexact

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scoring.figures.score.domain import sortable
from shared.money import exact_arithmetic, format_decimal

DECIMALS = st.decimals(min_value=-(10**30), max_value=10**30, places=20)


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
def test_a_decimal_is_written_without_exponent_and_trailing_zeros(
    number: str, written: str
) -> None:
    assert format_decimal(Decimal(number)) == written


@given(DECIMALS, DECIMALS)
def test_sortable_texts_sort_like_their_numbers(one: Decimal, other: Decimal) -> None:
    assert (sortable(one) < sortable(other)) is (one < other)
    assert (sortable(one) == sortable(other)) is (one == other)
    assert len(sortable(one)) == len(sortable(other))


@pytest.mark.parametrize(
    ("less", "more"),
    [("9", "10"), ("-1", "0"), ("-10", "-9"), ("0", "1E-20"), ("-1E39", "1E39")],
)
def test_sortable_texts_sort_across_signs_and_numbers_of_digits(less: str, more: str) -> None:
    assert sortable(Decimal(less)) < sortable(Decimal(more))
    assert len(sortable(Decimal(less))) == len(sortable(Decimal(more)))


def test_the_sortable_text_of_a_number_has_the_format_of_stored_rows() -> None:
    """Databases contain such text, so another format would need a migration."""
    assert sortable(Decimal("1.5")) == "1" + "0" * 39 + "15" + "0" * 19


def test_a_result_that_would_be_rounded_raises_an_error() -> None:
    with exact_arithmetic(), pytest.raises(Inexact):
        Decimal(1) / Decimal(3)

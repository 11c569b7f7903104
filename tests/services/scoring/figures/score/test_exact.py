"""Decimals are computed, written and sorted without a digit lost."""

from decimal import Decimal, Inexact

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scoring.figures.score.domain import sortable
from shared.money import exactly, plain

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
def test_a_decimal_is_written_without_exponent_and_idle_zeros(number: str, written: str) -> None:
    assert plain(Decimal(number)) == written


@given(DECIMALS, DECIMALS)
def test_text_sorts_like_the_numbers(one: Decimal, other: Decimal) -> None:
    assert (sortable(one) < sortable(other)) is (one < other)
    assert (sortable(one) == sortable(other)) is (one == other)
    assert len(sortable(one)) == len(sortable(other))


@pytest.mark.parametrize(
    ("less", "more"),
    [("9", "10"), ("-1", "0"), ("-10", "-9"), ("0", "1E-20"), ("-1E39", "1E39")],
)
def test_text_sorts_across_the_sign_and_the_number_of_digits(less: str, more: str) -> None:
    assert sortable(Decimal(less)) < sortable(Decimal(more))
    assert len(sortable(Decimal(less))) == len(sortable(Decimal(more)))


def test_the_text_of_a_kept_number_stays_the_same() -> None:
    """Databases hold it: another way to write it would need a migration."""
    assert sortable(Decimal("1.5")) == "1" + "0" * 39 + "15" + "0" * 19


def test_what_would_be_rounded_is_refused() -> None:
    with exactly(), pytest.raises(Inexact):
        Decimal(1) / Decimal(3)

"""Decimals are computed and sorted without losing a digit."""

from decimal import Decimal, Inexact

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.money import exact_arithmetic, sortable_text

DECIMALS = st.decimals(min_value=-(10**30), max_value=10**30, places=20)


@given(DECIMALS, DECIMALS)
def test_sortable_texts_sort_like_their_numbers(one: Decimal, other: Decimal) -> None:
    assert (sortable_text(one) < sortable_text(other)) is (one < other)
    assert (sortable_text(one) == sortable_text(other)) is (one == other)
    assert len(sortable_text(one)) == len(sortable_text(other))


@pytest.mark.parametrize(
    ("lower", "higher"),
    [("9", "10"), ("-1", "0"), ("-10", "-9"), ("0", "1E-20"), ("-1E39", "1E39")],
)
def test_sortable_texts_sort_across_signs_and_numbers_of_digits(lower: str, higher: str) -> None:
    assert sortable_text(Decimal(lower)) < sortable_text(Decimal(higher))
    assert len(sortable_text(Decimal(lower))) == len(sortable_text(Decimal(higher)))


def test_the_sortable_text_of_a_number_has_the_format_of_stored_rows() -> None:
    """Databases contain such texts, so a change of the format would need a migration."""
    assert sortable_text(Decimal("1.5")) == "1" + "0" * 39 + "15" + "0" * 19


def test_a_result_that_would_be_rounded_raises_an_error() -> None:
    with exact_arithmetic(), pytest.raises(Inexact):
        Decimal(1) / Decimal(3)

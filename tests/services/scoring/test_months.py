"""A window of months ends on its day and begins after the same day so many months before."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scoring.months import leaves_on, months_before

days = st.dates(date(1990, 1, 1), date(2090, 1, 1))


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2024, 2, 29), date(2023, 2, 28)),
        (date(2025, 2, 28), date(2024, 2, 28)),
        (date(2025, 1, 31), date(2024, 1, 31)),
    ],
)
def test_twelve_months_before_is_the_same_day_of_the_year_before(day: date, expected: date) -> None:
    assert months_before(day, 12) == expected


def test_the_29th_of_february_leaves_twelve_months_on_the_first_of_march() -> None:
    assert leaves_on(date(2024, 2, 29), 12) == date(2025, 3, 1)
    assert leaves_on(date(2024, 2, 28), 12) == date(2025, 2, 28)


@given(days, st.integers(1, 40))
def test_a_day_is_in_the_window_until_the_day_it_leaves(day: date, months: int) -> None:
    gone = leaves_on(day, months)
    assert months_before(gone, months) >= day
    assert months_before(gone - timedelta(days=1), months) < day

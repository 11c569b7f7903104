"""Silence depends on the customer's own rhythm, the rung on purchase days and silence."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scoring.figures.loyalty.domain import (
    Rung,
    leaves_on,
    months_before,
    rung,
    silent_from,
)
from tests.services.scoring.samples import RUNGS, SILENCE, day

calendar = st.dates(date(1990, 1, 1), date(2090, 1, 1))


def test_a_customer_without_a_purchase_is_never_silent() -> None:
    assert silent_from([], SILENCE) is None


@pytest.mark.parametrize("days", [[0], [0, 10]])
def test_with_fewer_than_3_purchase_days_silence_needs_more_than_a_year(
    days: list[int],
) -> None:
    last = days[-1]
    assert silent_from([day(each) for each in days], SILENCE) == day(last + 366)


@pytest.mark.parametrize(
    ("days", "allowed"),
    [
        ([0, 40, 80], 120),
        ([0, 10, 20], 90),
        ([0, 30, 61], 91),  # gaps 30 and 31: three times 30.5 is 91.5, whole days of it 91
        ([0, 100, 110, 210], 300),  # gaps 10, 100, 100
        ([0, 30, 60, 90], 90),
        ([0, 31, 62, 93], 93),
        ([0, 30, 70, 120, 180], 135),  # gaps 30, 40, 50, 60
        ([0, 10, 30, 70, 160, 250], 120),  # gaps 10, 20, 40, 90, 90
    ],
)
def test_from_3_purchase_days_on_3_median_gaps_are_allowed(days: list[int], allowed: int) -> None:
    silence = silent_from([day(each) for each in days], SILENCE)
    assert silence == day(days[-1] + allowed + 1)


@given(st.sets(st.integers(0, 2000), min_size=1, max_size=30))
def test_silence_never_begins_before_90_days_have_passed(numbers: set[int]) -> None:
    days = [day(each) for each in sorted(numbers)]
    silence = silent_from(days, SILENCE)
    assert silence is not None
    assert silence - days[-1] > timedelta(days=90)


@given(st.sets(st.integers(0, 2000), min_size=1, max_size=30), st.integers(-500, 500))
def test_purchases_on_later_days_shift_silence_by_as_many_days(
    numbers: set[int], shift: int
) -> None:
    def silence(offset: int) -> date | None:
        return silent_from([day(each + offset) for each in sorted(numbers)], SILENCE)

    later, first = silence(shift), silence(0)
    assert later is not None
    assert first is not None
    assert later == first + timedelta(days=shift)


@pytest.mark.parametrize(
    ("purchase_days", "expected"),
    [
        (0, Rung.SUSPECT),
        (1, Rung.FIRST_TIME),
        (2, Rung.REPEAT),
        (3, Rung.REPEAT),
        (4, Rung.CLIENT),
        (40, Rung.CLIENT),
    ],
)
def test_the_rung_depends_on_the_number_of_purchase_days(
    purchase_days: int, expected: Rung
) -> None:
    found = rung(purchase_days=purchase_days, silent=False, disqualified=False, rule=RUNGS)
    assert found is expected


def test_silence_wins_over_the_rung_of_the_purchase_days() -> None:
    assert rung(purchase_days=9, silent=True, disqualified=True, rule=RUNGS) is Rung.INACTIVE


def test_the_mark_disqualified_counts_only_before_the_first_purchase() -> None:
    def marked(purchase_days: int) -> Rung:
        return rung(purchase_days=purchase_days, silent=False, disqualified=True, rule=RUNGS)

    assert (marked(0), marked(1)) == (Rung.DISQUALIFIED, Rung.FIRST_TIME)


def test_the_rungs_are_in_the_order_of_the_ladder() -> None:
    assert " ".join(Rung) == (
        "suspect prospect disqualified first_time repeat client member advocate partner inactive"
    )


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2024, 2, 29), date(2023, 2, 28)),
        (date(2025, 2, 28), date(2024, 2, 28)),
        (date(2025, 1, 31), date(2024, 1, 31)),
    ],
)
def test_twelve_months_before_is_the_same_day_of_the_year_before(on: date, expected: date) -> None:
    assert months_before(on, 12) == expected


def test_the_29th_of_february_leaves_the_last_12_months_on_the_1st_of_march() -> None:
    assert leaves_on(date(2024, 2, 29), 12) == date(2025, 3, 1)
    assert leaves_on(date(2024, 2, 28), 12) == date(2025, 2, 28)


@given(calendar, st.integers(1, 40))
def test_a_day_is_within_the_last_months_until_the_day_it_leaves_them(
    on: date, months: int
) -> None:
    left_on = leaves_on(on, months)
    assert months_before(left_on, months) >= on
    assert months_before(left_on - timedelta(days=1), months) < on


def test_the_last_day_of_a_month_leaves_after_the_end_of_a_shorter_month() -> None:
    assert leaves_on(date(2024, 1, 31), 10) == date(2024, 12, 1)
    assert leaves_on(date(2024, 1, 31), 11) == date(2024, 12, 31)
    assert leaves_on(date(2024, 12, 31), 2) == date(2025, 3, 1)

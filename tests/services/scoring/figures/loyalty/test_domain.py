"""Tests of silence and of loyalty rungs, which are computed from the days of purchases."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scoring.figures.loyalty.domain import (
    first_day_outside,
    first_silent_day,
    months_before,
    rung,
)
from shared.clock import FIRST_DAY, LAST_DAY
from shared.contracts.scoring.score import Rung
from tests.services.scoring.samples import RUNGS, SILENCE, day

calendar = st.dates(date(1990, 1, 1), date(2090, 1, 1))
accepted_days = st.dates(FIRST_DAY, LAST_DAY + timedelta(days=1))
"""All business days: the last time that is accepted may be on the next day in some time zones."""


def test_a_customer_without_a_purchase_is_never_silent() -> None:
    assert first_silent_day([], SILENCE) is None


@pytest.mark.parametrize("days", [[0], [0, 10]])
def test_with_fewer_than_3_purchase_days_silence_begins_after_365_days(
    days: list[int],
) -> None:
    last = days[-1]
    assert first_silent_day([day(each) for each in days], SILENCE) == day(last + 366)


@pytest.mark.parametrize(
    ("days", "allowed"),
    [
        ([0, 40, 80], 120),
        ([0, 10, 20], 90),
        ([0, 30, 61], 91),  # gaps 30 and 31: 3 x 30.5 = 91.5, rounded down to 91
        ([0, 100, 110, 210], 300),  # gaps 10, 100, 100
        ([0, 30, 60, 90], 90),
        ([0, 31, 62, 93], 93),
        ([0, 30, 70, 120, 180], 135),  # gaps 30, 40, 50, 60
        ([0, 10, 30, 70, 160, 250], 120),  # gaps 10, 20, 40, 90, 90
    ],
)
def test_with_3_or_more_purchase_days_silence_begins_after_3_median_gaps(
    days: list[int], allowed: int
) -> None:
    silence = first_silent_day([day(each) for each in days], SILENCE)
    assert silence == day(days[-1] + allowed + 1)


@given(st.sets(st.integers(0, 2000), min_size=1, max_size=30))
def test_silence_never_begins_before_90_days_have_passed(numbers: set[int]) -> None:
    days = [day(each) for each in sorted(numbers)]
    silence = first_silent_day(days, SILENCE)
    assert silence is not None
    assert silence - days[-1] > timedelta(days=90)


@given(st.sets(st.integers(0, 2000), min_size=1, max_size=30), st.integers(-500, 500))
def test_if_all_purchases_are_n_days_later_silence_begins_n_days_later(
    numbers: set[int], shift: int
) -> None:
    def first_day(offset: int) -> date | None:
        return first_silent_day([day(each + offset) for each in sorted(numbers)], SILENCE)

    shifted, original = first_day(shift), first_day(0)
    assert shifted is not None
    assert original is not None
    assert shifted == original + timedelta(days=shift)


@given(st.sets(accepted_days, min_size=1, max_size=5), st.integers(0, 10**12))
def test_silence_begins_behind_every_accepted_day_or_not_at_all(
    days: set[date], default_days: int
) -> None:
    rule = replace(SILENCE, min_purchase_days=9, default_days=default_days)
    silence = first_silent_day(sorted(days), rule)
    if silence is None:
        assert max(days).toordinal() + default_days + 1 > date.max.toordinal()
    else:
        assert silence.toordinal() == max(days).toordinal() + default_days + 1


@pytest.mark.parametrize(
    ("last", "silence"), [(date(9998, 12, 30), date.max), (date(9998, 12, 31), None)]
)
def test_silence_begins_on_the_last_day_of_the_calendar_at_the_latest(
    last: date, silence: date | None
) -> None:
    assert first_silent_day([last], SILENCE) == silence


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


def test_a_silent_customer_is_inactive_whatever_the_number_of_purchase_days() -> None:
    assert rung(purchase_days=9, silent=True, disqualified=True, rule=RUNGS) is Rung.INACTIVE


def test_the_mark_disqualified_matters_only_before_the_first_purchase() -> None:
    def rung_if_marked(purchase_days: int) -> Rung:
        return rung(purchase_days=purchase_days, silent=False, disqualified=True, rule=RUNGS)

    assert (rung_if_marked(0), rung_if_marked(1)) == (Rung.DISQUALIFIED, Rung.FIRST_TIME)


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
def test_12_months_earlier_is_the_same_day_of_the_previous_year(on: date, expected: date) -> None:
    assert months_before(on, 12) == expected


def test_february_29_is_no_longer_within_the_last_12_months_on_march_1() -> None:
    assert first_day_outside(date(2024, 2, 29), 12) == date(2025, 3, 1)
    assert first_day_outside(date(2024, 2, 28), 12) == date(2025, 2, 28)


@given(calendar, st.integers(1, 40))
def test_first_day_outside_agrees_with_months_before(on: date, months: int) -> None:
    outside_on = first_day_outside(on, months)
    assert outside_on is not None
    assert months_before(outside_on, months) >= on
    assert months_before(outside_on - timedelta(days=1), months) < on


def test_the_31st_is_within_the_last_months_until_the_end_of_a_shorter_month() -> None:
    assert first_day_outside(date(2024, 1, 31), 10) == date(2024, 12, 1)
    assert first_day_outside(date(2024, 1, 31), 11) == date(2024, 12, 31)
    assert first_day_outside(date(2024, 12, 31), 2) == date(2025, 3, 1)


@given(accepted_days, st.integers(1, 10**9))
def test_any_number_of_months_before_or_after_any_accepted_day_is_computed(
    on: date, months: int
) -> None:
    outside_on = first_day_outside(on, months)
    assert months_before(on, months) < on
    assert outside_on is None or outside_on > on


def test_months_end_with_the_calendar() -> None:
    assert months_before(date(1900, 1, 31), 1899 * 12) == date(1, 1, 31)
    assert months_before(date(1900, 1, 31), 1900 * 12) == date.min
    assert first_day_outside(date(9998, 12, 31), 12) == date.max
    assert first_day_outside(date(9998, 12, 31), 13) is None

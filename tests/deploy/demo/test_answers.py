"""Tests of the demo company's survey answers, which depend on its deliveries."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from statistics import correlation, fmean

import pytest

from deploy.demo.questionnaire import (
    ASPECTS,
    CHANNELS,
    HIGHEST_ANSWER,
    LOWEST_ANSWER,
    NOT_APPLICABLE,
)
from deploy.demo.story import END, WAVES, Wave
from tests.deploy.demo.direct import buyers, index, is_silent, rows

MISSING = str(NOT_APPLICABLE)
Row = dict[str, str]
CODES = [aspect.code for aspect in ASPECTS]


@pytest.fixture(scope="module")
def orders(folder: Path) -> dict[str, list[Row]]:
    """Return the delivered orders of each customer in order of time: the first line of each."""
    first_lines = {row["order_id"]: row for row in rows(folder / "orders.csv")}
    found: dict[str, list[Row]] = defaultdict(list)
    for row in first_lines.values():
        if row["delivered_on"]:
            found[row["customer_external_id"]].append(row)
    return found


def _identified_answers(folder: Path, wave: str) -> list[Row]:
    """Return the answers to a wave in which the respondent is known."""
    return [row for row in rows(folder / f"answers-{wave}.csv") if row["respondent_external_id"]]


def _satisfaction(row: Row) -> float:
    """Return the mean of the aspects that a customer scored."""
    return fmean(int(row[code]) for code in CODES if row[code] != MISSING)


def _is_late(row: Row) -> bool:
    return row["delivered_on"] > row["promised_on"]


def _is_faulty(row: Row) -> bool:
    return row["faulty"] == "true"


@pytest.mark.parametrize("wave", [wave.code for wave in WAVES])
def test_answers_are_on_the_scale_and_from_known_channels(folder: Path, wave: str) -> None:
    for row in rows(folder / f"answers-{wave}.csv"):
        assert all(
            LOWEST_ANSWER <= int(row[code]) <= HIGHEST_ANSWER or row[code] == MISSING
            for code in CODES
        )
        assert any(row[code] != MISSING for code in CODES)
        assert 0 <= int(row["recommend"]) <= 10
        assert row["channel"] in CHANNELS


@pytest.mark.parametrize("wave", WAVES, ids=lambda wave: wave.code)
def test_answers_are_submitted_while_the_wave_is_open(folder: Path, wave: Wave) -> None:
    for row in rows(folder / f"answers-{wave.code}.csv"):
        assert wave.opens <= date.fromisoformat(row["submitted_at"][:10]) <= wave.closes


def test_hundreds_of_customers_answer_each_wave_and_no_customer_answers_twice(folder: Path) -> None:
    for wave in WAVES:
        identified = _identified_answers(folder, wave.code)
        assert len({row["respondent_external_id"] for row in identified}) == len(identified) > 400


@pytest.mark.parametrize("is_bad", [_is_late, _is_faulty])
def test_late_and_faulty_deliveries_lower_the_satisfaction_of_the_customer(
    folder: Path, orders: dict[str, list[Row]], is_bad: Callable[[Row], bool]
) -> None:
    shares, satisfaction = [], []
    for row in _identified_answers(folder, WAVES[0].code):
        last_four = _delivered_before(orders[row["respondent_external_id"]], row["submitted_at"])[
            -4:
        ]
        if last_four:
            shares.append(fmean(map(is_bad, last_four)))
            satisfaction.append(_satisfaction(row))
    assert correlation(shares, satisfaction) < -0.15


def _delivered_before(orders: list[Row], moment: str) -> list[Row]:
    return [row for row in orders if row["delivered_on"] <= moment[:10]]


def test_dissatisfied_customers_leave_sooner_than_satisfied_ones(folder: Path) -> None:
    """Compare the least and the most satisfied third of the regular buyers who answered wave 1."""
    people, opens = buyers(folder), WAVES[0].opens
    answered = sorted(_identified_answers(folder, WAVES[0].code), key=_satisfaction)
    days = [people[row["respondent_external_id"]].days_bought(END) for row in answered]
    regular = [bought for bought in days if _buys_regularly(bought, opens)]
    third = len(regular) // 3
    lower, upper = regular[:third], regular[-third:]
    assert _share_silent(lower) > 1.3 * _share_silent(upper)


def _buys_regularly(days: list[date], as_of: date) -> bool:
    """Return whether a customer bought at least 3 times, and in the 120 days before `as_of`."""
    before = [day for day in days if day < as_of]
    return len(before) >= 3 and as_of - before[-1] < timedelta(days=120)


def _share_silent(customers: list[list[date]]) -> float:
    """Return the share of customers who are silent at END, given the days that each bought."""
    return fmean(is_silent(days, END) for days in customers)


def test_delivery_is_scored_higher_after_a_warehouse_opened_in_the_west(folder: Path) -> None:
    before, after = (
        fmean(
            int(row["delivery"])
            for row in rows(folder / f"answers-{wave.code}.csv")
            if row["delivery"] != MISSING
        )
        for wave in WAVES
    )
    assert after > before


def test_the_index_is_in_a_realistic_range(folder: Path) -> None:
    for wave in WAVES:
        found = index(folder, wave.code, CODES, lowest=LOWEST_ANSWER, highest=HIGHEST_ANSWER)
        assert 60 < found.low < found.index < found.high < 85

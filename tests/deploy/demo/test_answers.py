"""Tests of the demo company's answers: they follow from its deliveries."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from statistics import correlation, fmean

import pytest

from deploy.demo.questionnaire import ASPECTS, CHANNELS, LEAST, MOST, NOT_APPLICABLE
from deploy.demo.story import END, WAVES, Wave
from tests.deploy.demo.direct import buyers, index, is_silent, rows

MISSING = str(NOT_APPLICABLE)
Row = dict[str, str]
CODES = [aspect.code for aspect in ASPECTS]


@pytest.fixture(scope="module")
def orders(folder: Path) -> dict[str, list[Row]]:
    """Return each customer's delivered orders in order of time, one row per order."""
    first_lines = {row["order_id"]: row for row in rows(folder / "orders.csv")}
    found: dict[str, list[Row]] = defaultdict(list)
    for row in first_lines.values():
        if row["delivered_on"]:
            found[row["customer_external_id"]].append(row)
    return found


def _named(folder: Path, wave: str) -> list[Row]:
    return [row for row in rows(folder / f"answers-{wave}.csv") if row["respondent_external_id"]]


def _satisfaction(row: Row) -> float:
    return fmean(int(row[code]) for code in CODES if row[code] != MISSING)


def _late(row: Row) -> bool:
    return row["delivered_on"] > row["promised_on"]


def _faulty(row: Row) -> bool:
    return row["faulty"] == "true"


@pytest.mark.parametrize("wave", [wave.code for wave in WAVES])
def test_answers_are_on_the_scale_and_from_known_channels(folder: Path, wave: str) -> None:
    for row in rows(folder / f"answers-{wave}.csv"):
        assert all(LEAST <= int(row[code]) <= MOST or row[code] == MISSING for code in CODES)
        assert any(row[code] != MISSING for code in CODES)
        assert 0 <= int(row["recommend"]) <= 10
        assert row["channel"] in CHANNELS


@pytest.mark.parametrize("wave", WAVES, ids=lambda wave: wave.code)
def test_answers_are_submitted_while_the_wave_is_open(folder: Path, wave: Wave) -> None:
    for row in rows(folder / f"answers-{wave.code}.csv"):
        assert wave.opens <= date.fromisoformat(row["submitted_at"][:10]) <= wave.closes


def test_hundreds_of_customers_answer_each_wave_and_each_at_most_once(folder: Path) -> None:
    for wave in WAVES:
        named = _named(folder, wave.code)
        assert len({row["respondent_external_id"] for row in named}) == len(named) > 400


@pytest.mark.parametrize("bad", [_late, _faulty])
def test_bad_deliveries_lower_satisfaction(
    folder: Path, orders: dict[str, list[Row]], bad: Callable[[Row], bool]
) -> None:
    shares, satisfaction = [], []
    for row in _named(folder, WAVES[0].code):
        past = _before(orders[row["respondent_external_id"]], row["submitted_at"])[-4:]
        if past:
            shares.append(fmean(map(bad, past)))
            satisfaction.append(_satisfaction(row))
    assert correlation(shares, satisfaction) < -0.15


def _before(placed: list[Row], moment: str) -> list[Row]:
    return [row for row in placed if row["delivered_on"] <= moment[:10]]


def test_dissatisfied_customers_leave_sooner_than_satisfied_ones(folder: Path) -> None:
    """Of regular buyers who answered the first wave, the least satisfied are silent more often."""
    people, opens = buyers(folder), WAVES[0].opens
    answered = sorted(_named(folder, WAVES[0].code), key=_satisfaction)
    days = [people[row["respondent_external_id"]].bought_on(END) for row in answered]
    regular = [each for each in days if _still_buying(each, opens)]
    third = len(regular) // 3
    lower, upper = regular[:third], regular[-third:]
    assert _share_silent(lower) > 1.3 * _share_silent(upper)


def _still_buying(days: list[date], since: date) -> bool:
    before = [day for day in days if day < since]
    return len(before) >= 3 and since - before[-1] < timedelta(days=120)


def _share_silent(regular: list[list[date]]) -> float:
    return fmean(is_silent(days, END) for days in regular)


def test_delivery_is_scored_higher_after_the_west_has_its_warehouse(folder: Path) -> None:
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
        found = index(folder, wave.code, CODES, least=LEAST, most=MOST)
        assert 60 < found.low < found.index < found.high < 85

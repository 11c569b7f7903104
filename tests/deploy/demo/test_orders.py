"""Tests of the demo company's orders: seasons, growth, deliveries, and large customers."""

from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.demo.seasons import later
from deploy.demo.story import END, START
from tests.deploy.demo.direct import abc, ladder, rows

Row = dict[str, str]


@pytest.fixture(scope="module")
def lines(folder: Path) -> list[Row]:
    """Return all lines of all orders."""
    return list(rows(folder / "orders.csv"))


def _day(row: Row) -> date:
    return datetime.fromisoformat(row["ordered_at"]).date()


def test_all_orders_are_within_the_three_years(lines: list[Row]) -> None:
    assert min(map(_day, lines)) >= START
    assert max(map(_day, lines)) <= END


def test_air_conditioners_sell_in_summer_and_heaters_in_winter(lines: list[Row]) -> None:
    cooling = Counter(_day(row).month for row in lines if row["product_code"] == "DEMO-KT-35")
    assert sum(cooling[month] for month in (5, 6, 7)) > 3 * sum(
        cooling[month] for month in (11, 12, 1)
    )
    heating = Counter(_day(row).month for row in lines if row["product_code"] == "DEMO-RS-E60")
    assert sum(heating[month] for month in (11, 12, 1)) > sum(heating[month] for month in (6, 7, 8))


def test_november_is_the_busiest_month_and_february_the_quietest(lines: list[Row]) -> None:
    months = Counter(_day(row).month for row in lines)
    assert max(months, key=months.__getitem__) == 11
    assert min(months, key=months.__getitem__) == 2


def test_sales_grow_from_year_to_year(lines: list[Row]) -> None:
    # The years of the story begin in November, 61 days before the calendar year.
    years = Counter((_day(row) + timedelta(days=61)).year for row in lines)
    assert years[2024] < years[2025] < years[2026]


def test_deliveries_to_the_west_are_mostly_on_time_after_a_warehouse_opened_there(
    folder: Path, lines: list[Row]
) -> None:
    customers = rows(folder / "customers.csv")
    west = {row["external_id"] for row in customers if row["team"] == "demo west"}
    delivered = [
        row for row in lines if row["customer_external_id"] in west and row["delivered_on"]
    ]
    before = [row for row in delivered if _day(row) < date(2025, 7, 1)]
    since = [row for row in delivered if _day(row) >= date(2025, 7, 1)]
    assert _share_on_time(before) < 0.75
    assert _share_on_time(since) > 0.85


def _share_on_time(lines: list[Row]) -> float:
    """Return the share of order lines that were delivered on the promised day or before."""
    return sum(row["delivered_on"] <= row["promised_on"] for row in lines) / len(lines)


def test_the_5_percent_best_customers_bring_more_than_half_of_the_revenue(folder: Path) -> None:
    classes = abc(folder, END)
    assert classes["A"].value_share > 0.5
    assert classes["C"].value_share < 0.2


def test_every_rung_of_the_ladder_that_depends_on_purchases_has_customers(folder: Path) -> None:
    rungs = ladder(folder, END)
    for name in ("suspect", "first_time", "repeat", "client", "inactive"):
        assert rungs[name][0] > 50


@given(st.dates(START, END), st.floats(0, 500))
def test_the_next_order_is_always_on_a_later_day(day: date, quiet_days: float) -> None:
    assert later(day, quiet_days=quiet_days) > day

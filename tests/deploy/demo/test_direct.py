"""Tests of the direct calculation of figures, on a company small enough to calculate by hand.

As of 2026-06-30, customer a has bought on 1 Jan, 1 Mar and 1 May 2026 (100 + 50 + 200, cost 60 +
30 + 120) and returned 10. Customer b bought once, on 1 Feb 2025, for 900 less 100 discount.
Customer c has no order yet. An anonymous shopper bought for 5 000. The median gap between the
purchases of a is 60 days, so a is silent after 180 days; b, who bought once, after 365 days.
"""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests.deploy.demo.direct import Fact, abc, facts, index, is_silent, ladder, most_valuable

AS_OF = date(2026, 6, 30)
ORDERS = """order_id,ordered_at,customer_external_id,quantity,unit_price,discount,unit_cost
1,2026-01-01T08:00:00,a,1,100,0,60
2,2026-03-01T08:00:00,a,2,25,0,15
3,2026-05-01T23:59:59,a,4,50,0,30
R3,2026-05-09T10:00:00,a,-1,10,0,30
4,2025-02-01T10:00:00,b,9,100,100,50
5,2026-02-01T10:00:00,,1,5000,0,10
6,2026-07-01T00:00:00,c,1,7,0,1
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Return a folder with the files of the small company."""
    (tmp_path / "customers.csv").write_text("external_id\na\nb\nc\n", encoding="utf-8")
    (tmp_path / "orders.csv").write_text(ORDERS, encoding="utf-8")
    (tmp_path / "answers-x.csv").write_text("q,r\n1,5\n5,0\n3,2\n", encoding="utf-8")
    return tmp_path


def test_the_ladder_has_all_customers_and_their_revenue_of_one_year(small: Path) -> None:
    rungs = {name: rung for name, rung in ladder(small, AS_OF).items() if rung[0]}
    assert rungs == {
        "suspect": (1, Decimal(0)),
        "repeat": (1, Decimal(340)),
        "inactive": (1, Decimal(0)),
    }


def test_abc_classes_contain_only_buyers_and_the_size_of_class_a_is_rounded_up(small: Path) -> None:
    classes = abc(small, AS_OF)
    assert classes["A"].members == ("b",)
    assert classes["B"].members == ()
    assert classes["C"].members == ("a",)
    assert classes["A"].value == Decimal(800)


def test_profit_subtracts_the_cost_of_purchases_and_adds_back_the_cost_of_returns(
    small: Path,
) -> None:
    classes = abc(small, AS_OF, basis="profit")
    assert (classes["A"].value, classes["C"].value) == (Decimal(350), Decimal(160))


def test_points_are_net_purchases_divided_by_100_000(small: Path) -> None:
    assert most_valuable(small, AS_OF, 2) == [("b", Decimal("0.008")), ("a", Decimal("0.0034"))]


def test_each_order_is_one_fact_and_returns_are_separate_facts(small: Path) -> None:
    bought = facts(small, "a", AS_OF, sign=1)
    assert [fact.amount for fact in bought] == [100, 50, 200]
    assert facts(small, "a", AS_OF, sign=-1) == [Fact(date(2026, 5, 9), Decimal(-10))]


def test_the_index_is_the_mean_of_the_responses_indices(small: Path) -> None:
    """The indices of the responses are 50 (of 0 and 100), 100, and 37.5 (of 50 and 25).

    The factor 4.3027 is the 97.5 % quantile of the t distribution with 2 degrees of freedom, and
    33.0719 the standard deviation of the three indices.
    """
    found = index(small, "x", ["q", "r"], lowest=1, highest=5)
    half_width = 4.3027 * 33.0719 / 3**0.5
    assert found.n == 3
    assert found.index == pytest.approx(62.5)
    assert (found.low, found.high) == pytest.approx(
        (62.5 - half_width, 62.5 + half_width), abs=0.001
    )


@pytest.mark.parametrize(
    ("days", "as_of", "expected"),
    [
        ([date(2025, 1, 1)], date(2026, 1, 1), False),
        ([date(2025, 1, 1)], date(2026, 1, 2), True),
        ([date(2025, 1, 1), date(2025, 1, 2), date(2025, 1, 3)], date(2025, 4, 3), False),
        ([date(2025, 1, 1), date(2025, 1, 2), date(2025, 1, 3)], date(2025, 4, 4), True),
    ],
    ids=["one_day_365", "one_day_366", "three_days_90", "three_days_91"],
)
def test_a_customer_is_silent_from_the_day_after_the_allowed_gap(
    days: list[date],
    as_of: date,
    expected: bool,  # noqa: FBT001 - the expected answer
) -> None:
    """The gap is 365 days after purchases on one day, 90 after purchases on three days in a row."""
    assert is_silent(days, as_of) is expected

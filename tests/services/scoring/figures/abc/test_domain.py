"""ABC classes are cut where the model says."""

from collections.abc import Sequence
from decimal import Decimal
from math import ceil
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scoring.figures.abc.domain import (
    Abc,
    Basis,
    Buyer,
    CustomerClass,
    Member,
    Method,
    abc,
    basis_for,
    buyers_of,
    gini,
    kept_class,
    ranking,
)
from services.scoring.figures.loyalty.domain import Rung
from shared.money import exactly
from tests.services.scoring.samples import CLASSES, amounts

A, B, C = CustomerClass


def _buyers(values: Sequence[str | Decimal]) -> list[Buyer]:
    return [
        Buyer(customer_id=UUID(int=i), external_id=f"{i:03}", value=Decimal(value))
        for i, value in enumerate(values)
    ]


def _abc(values: Sequence[str | Decimal], method: Method = Method.COUNT) -> Abc:
    return abc(ranking(_buyers(values)), rule=CLASSES, method=method)


def _classes(table: Abc) -> str:
    return "".join(table.classes.values())


def _member(number: int, purchases: int, profit: str | None) -> Member:
    return Member(
        customer_id=UUID(int=number),
        sort_id=f"C{number}",
        purchases=purchases,
        revenue=Decimal(100 * number),
        profit=None if profit is None else Decimal(profit),
        rung=Rung.REPEAT,
        recent_revenue=Decimal(0),
        excluded=(),
        recent_excluded=(),
    )


def _buyer(number: int, value: str) -> Buyer:
    return Buyer(customer_id=UUID(int=number), external_id=f"C{number}", value=Decimal(value))


def test_who_has_bought_is_valued_by_revenue() -> None:
    members = [_member(1, 1, "30"), _member(2, 0, "40"), _member(3, 7, None)]
    assert buyers_of(members, Basis.REVENUE) == [_buyer(1, "100"), _buyer(3, "300")]


def test_buyers_are_valued_by_profit_only_if_it_is_known_of_all_of_them() -> None:
    known = [_member(1, 1, "30"), _member(2, 1, "0"), _member(3, 0, None)]
    assert buyers_of(known, basis_for(known, Basis.PROFIT)) == [_buyer(1, "30"), _buyer(2, "0")]
    assert basis_for([*known, _member(4, 1, None)], Basis.PROFIT) is Basis.REVENUE


def test_without_buyers_the_basis_is_revenue() -> None:
    assert basis_for([_member(1, 0, "30")], Basis.PROFIT) is Basis.REVENUE


def test_by_count_the_first_twentieth_is_a_and_up_to_a_fifth_is_b() -> None:
    table = _abc([str(value) for value in range(40, 0, -1)])
    assert _classes(table) == "A" * 2 + "B" * 6 + "C" * 32


def test_parts_of_a_customer_are_rounded_up() -> None:
    table = _abc([str(value) for value in range(12, 0, -1)])
    assert _classes(table) == "A" + "BB" + "C" * 9


def test_by_value_who_crosses_the_line_belongs_to_the_higher_class() -> None:
    assert _classes(_abc(["69", "2", "19", "1", "9"], Method.VALUE)) == "AABCC"
    assert _classes(_abc(["70", "20", "10"], Method.VALUE)) == "ABC"


@pytest.mark.parametrize("method", Method)
def test_a_negative_value_is_c(method: Method) -> None:
    assert _classes(_abc(["-1"], method)) == "C"


@pytest.mark.parametrize("value", ["0", "0.5"])
def test_who_came_to_nothing_or_little_is_classed_by_rank(value: str) -> None:
    assert _classes(_abc([value])) == "A"


def test_shares_are_shown_of_however_little_it_is_that_is_shared() -> None:
    (a, *_) = _abc(["0.5"]).rows
    assert (a.customer_share, a.value_share) == (100, 100)
    assert [row.value_share for row in _abc(["0"]).rows] == [None] * 3


def test_ties_go_by_external_id_as_text_then_by_id() -> None:
    def buyer(number: int, external_id: str | None) -> Buyer:
        return Buyer(customer_id=UUID(int=number), external_id=external_id, value=Decimal(1))

    tied = [buyer(1, None), buyer(2, "9"), buyer(4, "10"), buyer(3, "10")]
    table = abc(ranking(tied), rule=CLASSES, method=Method.COUNT)
    assert [customer.int for customer in table.classes] == [3, 4, 2, 1]


def test_values_of_any_length_are_ranked_as_they_are() -> None:
    """The smaller one would come first if they were rounded: it has the smaller external id."""
    smaller, larger = Decimal("1" * 30 + ".1"), Decimal("1" * 30 + ".2")
    assert [buyer.value for buyer in ranking(_buyers([smaller, larger])).buyers] == [
        larger,
        smaller,
    ]


def test_the_table_shows_shares_and_the_least_value_of_each_class() -> None:
    table = _abc(["60", "20", "12", "5", "3"])
    assert (table.n, table.total) == (5, Decimal(100))
    a, b, c = table.rows
    assert (a.customers, a.value) == (1, Decimal(60))
    assert (a.value_share, a.reference_share) == (60, 50)
    assert (b.customers, b.threshold) == (0, None)
    assert (c.customers, c.customer_share, c.threshold) == (4, 80, Decimal(3))


def test_every_row_says_what_its_class_has_and_is_compared_with() -> None:
    table = _abc([str(value) for value in range(20, 0, -1)])
    assert [row.customer_class for row in table.rows] == [A, B, C]
    assert [row.customers for row in table.rows] == [1, 3, 16]
    assert [row.customer_share for row in table.rows] == [5, 15, 80]
    assert [row.value for row in table.rows] == [20, 54, 136]
    assert [row.value_share for row in table.rows] == [2000 / 210, 5400 / 210, 13600 / 210]
    assert [row.reference_share for row in table.rows] == [50, 30, 20]
    assert [row.threshold for row in table.rows] == [20, 17, 1]
    assert table.gini == gini([Decimal(value) for value in range(1, 21)])


def test_an_empty_portfolio_has_an_empty_table() -> None:
    table = _abc([])
    assert (table.n, table.total, table.gini) == (0, Decimal(0), None)
    assert [row.customer_share for row in table.rows] == [None, None, None]


def test_gini_is_0_for_equals_and_near_1_for_one_who_has_it_all() -> None:
    assert gini([Decimal(5)] * 4) == 0
    assert gini([Decimal(0)] * 3 + [Decimal(8)]) == 0.75


def test_gini_is_that_of_the_formula() -> None:
    """Of 3, 1, 2: (-2 x 1 + 0 x 2 + 2 x 3) / (3 x 6)."""
    assert gini([Decimal(3), Decimal(1), Decimal(2)]) == 4 / 18


def test_gini_takes_negative_values_as_nothing() -> None:
    assert gini([Decimal(1), Decimal(-1)]) == 0.5
    assert gini([Decimal(0), Decimal(-1)]) is None


@given(st.lists(amounts, max_size=40), st.sampled_from(Method), st.randoms())
def test_the_classes_part_all_customers_and_all_value(
    values: list[Decimal], method: Method, random: Random
) -> None:
    table = _abc(values, method)
    with exactly():
        assert sum(row.customers for row in table.rows) == table.n == len(values)
        assert sum((row.value for row in table.rows), Decimal(0)) == table.total == sum(values)
    shuffled = _buyers(values)
    random.shuffle(shuffled)
    assert abc(ranking(shuffled), rule=CLASSES, method=method) == table


@given(st.lists(amounts, max_size=40), st.sampled_from(Method))
def test_a_higher_class_is_never_worth_less(values: list[Decimal], method: Method) -> None:
    table = _abc(values, method)
    in_order = [
        table.classes[buyer.customer_id]
        for buyer in sorted(_buyers(values), key=lambda buyer: (-buyer.value, buyer.external_id))
    ]
    assert in_order == sorted(in_order)
    assert in_order.count(A) <= ceil(len(values) * 0.05) or method is Method.VALUE


def _kept(before: CustomerClass | None, now: CustomerClass, place: int, value: int = 1) -> str:
    buyer = Buyer(customer_id=UUID(int=1), external_id="1", value=Decimal(value))
    return kept_class(before, now, buyer=buyer, place=place, n=1000, rule=CLASSES)


def test_a_published_class_falls_only_clearly_beyond_its_cut() -> None:
    """Of 1000 customers 50 are A: with a tenth of the cut as margin A is kept up to place 55."""
    assert (_kept(A, B, 54), _kept(A, B, 55)) == (A, B)
    assert (_kept(B, C, 219), _kept(B, C, 220)) == (B, C)


def test_a_published_class_rises_at_once_and_a_negative_value_falls_at_once() -> None:
    assert (_kept(None, C, 999), _kept(C, B, 199), _kept(B, A, 49)) == (C, B, A)
    assert _kept(A, C, 50, value=-1) == C
    assert _kept(A, B, 50, value=0) == A

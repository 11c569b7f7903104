"""ABC classes follow the limits of the value model; a lower class is published beyond a margin."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scoring.figures.abc.domain import (
    Abc,
    AbcBasis,
    AbcMethod,
    Buyer,
    abc,
    basis_for,
    buyers_of,
    damped_class,
    gini,
    ranking,
)
from shared.contracts.scoring.score import CustomerClass
from shared.money import exact_arithmetic
from tests.services.scoring.samples import CLASSES, amounts

A, B, C = CustomerClass


def _buyers(values: Sequence[str | Decimal]) -> list[Buyer]:
    """Return one buyer for each value, with ascending external ids."""
    return [
        Buyer(customer_id=UUID(int=i), external_id=f"{i:03}", value=Decimal(value))
        for i, value in enumerate(values)
    ]


def _abc(values: Sequence[str | Decimal], method: AbcMethod = AbcMethod.COUNT) -> Abc:
    """Return the ABC table of one buyer for each value."""
    return abc(ranking(_buyers(values)), rule=CLASSES, method=method)


def _classes(table: Abc) -> str:
    """Return the classes of all buyers as a text such as "ABC", highest value first."""
    return "".join(table.classes.values())


@dataclass(frozen=True)
class Customer:
    """A customer, as the protocol `CustomerFigures` describes it."""

    customer_id: UUID
    sort_id: str
    purchases: int
    revenue: Decimal
    profit: Decimal | None


def _customer(number: int, purchases: int, profit: str | None) -> Customer:
    """Return a customer with a revenue of 100 times its number."""
    return Customer(
        customer_id=UUID(int=number),
        sort_id=f"C{number}",
        purchases=purchases,
        revenue=Decimal(100 * number),
        profit=None if profit is None else Decimal(profit),
    )


def _buyer(number: int, value: str) -> Buyer:
    """Return the buyer that `_customer` with the same number becomes."""
    return Buyer(customer_id=UUID(int=number), external_id=f"C{number}", value=Decimal(value))


def test_by_revenue_the_value_of_each_customer_with_a_purchase_is_the_revenue() -> None:
    customers = [_customer(1, 1, "30"), _customer(2, 0, "40"), _customer(3, 7, None)]
    assert buyers_of(customers, AbcBasis.REVENUE) == [_buyer(1, "100"), _buyer(3, "300")]


def test_profit_is_used_as_value_only_if_the_profit_of_every_buyer_is_known() -> None:
    customers = [_customer(1, 1, "30"), _customer(2, 1, "0"), _customer(3, 0, None)]
    assert buyers_of(customers, basis_for(customers, AbcBasis.PROFIT)) == [
        _buyer(1, "30"),
        _buyer(2, "0"),
    ]
    assert basis_for([*customers, _customer(4, 1, None)], AbcBasis.PROFIT) is AbcBasis.REVENUE


def test_without_buyers_the_basis_is_revenue() -> None:
    assert basis_for([_customer(1, 0, "30")], AbcBasis.PROFIT) is AbcBasis.REVENUE


def test_by_count_the_first_5_percent_are_a_and_the_next_15_percent_are_b() -> None:
    table = _abc([str(value) for value in range(40, 0, -1)])
    assert _classes(table) == "A" * 2 + "B" * 6 + "C" * 32


def test_the_number_of_customers_in_a_class_is_rounded_up() -> None:
    table = _abc([str(value) for value in range(12, 0, -1)])
    assert _classes(table) == "A" + "BB" + "C" * 9


def test_by_value_the_customer_who_crosses_a_limit_is_in_the_higher_class() -> None:
    assert _classes(_abc(["69", "2", "19", "1", "9"], AbcMethod.VALUE)) == "AABCC"
    assert _classes(_abc(["70", "20", "10"], AbcMethod.VALUE)) == "ABC"


@pytest.mark.parametrize("method", AbcMethod)
def test_a_customer_with_a_negative_value_is_in_class_c(method: AbcMethod) -> None:
    assert _classes(_abc(["-1"], method)) == "C"


@pytest.mark.parametrize("value", ["0", "0.5"])
def test_a_customer_with_a_value_of_0_or_little_is_classed_by_rank(value: str) -> None:
    assert _classes(_abc([value])) == "A"


def test_value_shares_are_shown_for_any_total_above_0() -> None:
    (a, *_) = _abc(["0.5"]).rows
    assert (a.customer_share, a.value_share) == (100, 100)
    assert [row.value_share for row in _abc(["0"]).rows] == [None] * 3


def test_customers_of_equal_value_rank_by_external_id_as_text_then_by_id() -> None:
    def buyer(number: int, external_id: str | None) -> Buyer:
        return Buyer(customer_id=UUID(int=number), external_id=external_id, value=Decimal(1))

    tied = [buyer(1, None), buyer(2, "9"), buyer(4, "10"), buyer(3, "10")]
    table = abc(ranking(tied), rule=CLASSES, method=AbcMethod.COUNT)
    assert [customer.int for customer in table.classes] == [3, 4, 2, 1]


def test_values_with_many_digits_are_ranked_without_rounding() -> None:
    """If the values were rounded, they would be equal, and the external id would decide."""
    smaller, larger = Decimal("1" * 30 + ".1"), Decimal("1" * 30 + ".2")
    assert [buyer.value for buyer in ranking(_buyers([smaller, larger])).buyers] == [
        larger,
        smaller,
    ]


def test_the_table_has_the_shares_and_the_lowest_value_of_each_class() -> None:
    table = _abc(["60", "20", "12", "5", "3"])
    assert (table.n, table.total) == (5, Decimal(100))
    a, b, c = table.rows
    assert (a.customers, a.value) == (1, Decimal(60))
    assert (a.value_share, a.reference_share) == (60, 50)
    assert (b.customers, b.threshold) == (0, None)
    assert (c.customers, c.customer_share, c.threshold) == (4, 80, Decimal(3))


def test_every_row_of_the_table_has_the_figures_of_its_class() -> None:
    table = _abc([str(value) for value in range(20, 0, -1)])
    assert [row.customer_class for row in table.rows] == [A, B, C]
    assert [row.customers for row in table.rows] == [1, 3, 16]
    assert [row.customer_share for row in table.rows] == [5, 15, 80]
    assert [row.value for row in table.rows] == [20, 54, 136]
    assert [row.value_share for row in table.rows] == [2000 / 210, 5400 / 210, 13600 / 210]
    assert [row.reference_share for row in table.rows] == [50, 30, 20]
    assert [row.threshold for row in table.rows] == [20, 17, 1]
    assert table.gini == gini([Decimal(value) for value in range(1, 21)])


def test_without_customers_the_rows_of_the_table_have_no_shares() -> None:
    table = _abc([])
    assert (table.n, table.total, table.gini) == (0, Decimal(0), None)
    assert [row.customer_share for row in table.rows] == [None, None, None]


def test_the_gini_coefficient_is_0_for_equal_values_and_near_1_if_one_customer_has_all() -> None:
    assert gini([Decimal(5)] * 4) == 0
    assert gini([Decimal(0)] * 3 + [Decimal(8)]) == 0.75


def test_the_gini_coefficient_has_the_value_of_the_formula() -> None:
    """The values 1, 2, 3 have the factors 2 i - n - 1 = -2, 0, 2; n times their sum is 3 x 6."""
    assert gini([Decimal(3), Decimal(1), Decimal(2)]) == 4 / 18


def test_the_gini_coefficient_replaces_negative_values_by_0() -> None:
    assert gini([Decimal(1), Decimal(-1)]) == 0.5
    assert gini([Decimal(0), Decimal(-1)]) is None


@given(st.lists(amounts, max_size=40), st.sampled_from(AbcMethod), st.randoms())
def test_the_rows_sum_to_all_customers_and_their_value_in_any_input_order(
    values: list[Decimal], method: AbcMethod, random: Random
) -> None:
    table = _abc(values, method)
    with exact_arithmetic():
        assert sum(row.customers for row in table.rows) == table.n == len(values)
        assert sum((row.value for row in table.rows), Decimal(0)) == table.total == sum(values)
    shuffled = _buyers(values)
    random.shuffle(shuffled)
    assert abc(ranking(shuffled), rule=CLASSES, method=method) == table


@given(st.lists(amounts, max_size=40), st.sampled_from(AbcMethod))
def test_no_customer_in_a_higher_class_has_a_lower_value(
    values: list[Decimal], method: AbcMethod
) -> None:
    table = _abc(values, method)
    classes_by_value = [
        table.classes[buyer.customer_id]
        for buyer in sorted(_buyers(values), key=lambda buyer: (-buyer.value, buyer.external_id))
    ]
    assert classes_by_value == sorted(classes_by_value)
    assert classes_by_value.count(A) <= ceil(len(values) * 0.05) or method is AbcMethod.VALUE


def _damped(
    published: CustomerClass | None, computed: CustomerClass, rank: int, value: int = 1
) -> str:
    """Return the class to publish for a buyer at this rank of 1000 buyers."""
    buyer = Buyer(customer_id=UUID(int=1), external_id="1", value=Decimal(value))
    return damped_class(published, computed, buyer=buyer, rank=rank, n=1000, rule=CLASSES)


def test_a_lower_class_is_published_only_if_the_rank_is_beyond_the_margin() -> None:
    """Of 1000 buyers the first 50 are A; with a margin of 10 % the 55th buyer stays in A."""
    assert (_damped(A, B, 54), _damped(A, B, 55)) == (A, B)
    assert (_damped(B, C, 219), _damped(B, C, 220)) == (B, C)


def test_a_higher_class_and_the_class_of_a_negative_value_are_published_at_once() -> None:
    assert (_damped(None, C, 999), _damped(C, B, 199), _damped(B, A, 49)) == (C, B, A)
    assert _damped(A, C, 50, value=-1) == C
    assert _damped(A, B, 50, value=0) == A

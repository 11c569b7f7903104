"""Facts are drawn from snapshots exactly, and versions close each other whatever their order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.scoring.facts.fact.domain import Fact, Horizon, Kind, chain, facts_of
from shared.money import exactly
from tests.services.scoring.samples import CUSTOMER, FIRST, Order, day, kept, line, noon, orders


def test_an_order_gives_a_purchase_and_a_return_fact() -> None:
    order = Order(lines=[line("2", "9.50", discount="1"), line("3", "0"), line("-1", "9.50")])
    purchase, returned = facts_of(order)
    assert (purchase.kind, purchase.amount, purchase.size) == ("purchase", Decimal("18.00"), 2)
    assert (returned.kind, returned.amount, returned.size) == ("return", Decimal("-9.50"), 1)


def test_a_discount_lessens_what_is_paid_back() -> None:
    (returned,) = facts_of(Order(lines=[line("-2", "9.50", discount="1")]))
    assert (returned.kind, returned.amount) == ("return", Decimal("-18.00"))


def test_a_return_alone_is_no_purchase() -> None:
    assert [fact.kind for fact in facts_of(Order(lines=[line("-1", "5")]))] == [Kind.RETURN]


def test_a_price_of_nothing_is_a_purchase() -> None:
    (fact,) = facts_of(Order(lines=[line("1", "0")]))
    assert (fact.kind, fact.amount) == ("purchase", Decimal(0))


def test_lines_of_quantity_nothing_are_neither_bought_nor_returned() -> None:
    """Such a version leaves an empty return: a fact without size, which gives no points."""
    (fact,) = facts_of(Order(lines=[line("0", "5", cost="1")]))
    assert (fact.kind, fact.amount, fact.cost, fact.size) == ("return", Decimal(0), Decimal(0), 0)


def test_a_fact_says_what_its_version_of_the_order_says() -> None:
    order = Order(version=3, currency="EUR", lines=[line("1", "5")])
    (fact,) = facts_of(order)
    assert (fact.source_id, fact.version, fact.recorded_at) == (FIRST, 3, order.recorded_at)
    assert (fact.occurred_at, fact.occurred_on) == (order.ordered_at, order.occurred_on)
    assert (fact.customer_id, fact.named_customer_id) == (CUSTOMER, CUSTOMER)
    assert fact.currency == "EUR"


def test_a_repeated_line_counts_twice() -> None:
    (fact,) = facts_of(Order(lines=[line("20", "3000"), line("20", "3000")]))
    assert (fact.amount, fact.size) == (Decimal(120_000), 2)


def test_the_cost_is_known_only_if_every_line_has_one() -> None:
    known = Order(lines=[line("2", "9", cost="4"), line("1", "9", cost="5")])
    unknown = Order(lines=[line("2", "9", cost="4"), line("1", "9")])
    assert facts_of(known)[0].cost == Decimal(13)
    assert facts_of(unknown)[0].cost is None


def test_a_fact_has_the_same_name_after_a_rebuild() -> None:
    order = Order(lines=[line("1", "5"), line("-1", "5")])
    names = [fact.fact_id for fact in facts_of(order)]
    assert names == [fact.fact_id for fact in facts_of(order)]
    assert len(set(names)) == 2
    assert not {fact.fact_id for fact in facts_of(replace(order, version=2))} & set(names)


def test_a_new_version_closes_the_one_before_when_it_is_recorded() -> None:
    first = Order(lines=[line("1", "5")])
    second = replace(first, version=2, recorded_at=noon(day(9)), lines=[line("1", "6")])
    old, new = chain([*facts_of(first), *facts_of(second)])
    assert (old.amount, old.superseded_at) == (Decimal(5), noon(day(9)))
    assert (new.amount, new.superseded_at) == (Decimal(6), None)


def test_known_by_shows_the_version_that_was_known_then() -> None:
    first = Order(lines=[line("1", "5")])
    second = replace(first, version=2, recorded_at=noon(day(9)), lines=[line("1", "6")])
    facts = chain([*facts_of(second), *facts_of(first)])

    def amounts(known_by: datetime | None) -> list[Decimal]:
        horizon = Horizon(as_of=day(1), known_by=known_by)
        return [fact.amount for fact in facts if horizon.sees(fact)]

    assert amounts(None) == [6]
    assert amounts(noon(day(8))) == [5]
    assert amounts(noon(day(9))) == [6]
    assert amounts(datetime(2024, 1, 1, tzinfo=UTC)) == []


def test_as_of_a_date_includes_that_day_and_a_moment_ends_it_there() -> None:
    (fact,) = facts_of(Order(lines=[line("1", "5")], occurred_on=day(3)))
    assert Horizon(as_of=day(3)).sees(fact)
    assert Horizon(as_of=day(3), until=noon(day(3))).sees(fact)
    assert not Horizon(as_of=day(2)).sees(fact)
    assert not Horizon(as_of=day(3), until=noon(day(3)) - timedelta(seconds=1)).sees(fact)


def test_a_claimed_order_counts_as_if_it_had_always_been_the_customers() -> None:
    anonymous = Order(customer_id=None, lines=[line("1", "5")])
    claimed = replace(anonymous, version=2, customer_id=CUSTOMER, recorded_at=noon(day(9)))
    facts = chain([*facts_of(anonymous), *facts_of(claimed)])
    assert [fact.customer_id for fact in facts] == [CUSTOMER, CUSTOMER]
    assert facts[0].named_customer_id is None


def test_an_order_that_nobody_claims_stays_nobodys() -> None:
    (fact,) = chain(facts_of(Order(customer_id=None, lines=[line("1", "5")])))
    assert fact.customer_id is None


def test_an_order_that_moves_to_another_customer_leaves_what_was_known() -> None:
    first = Order(lines=[line("1", "5")])
    second = replace(first, version=2, customer_id=UUID(int=8), recorded_at=noon(day(9)))
    facts = chain([*facts_of(first), *facts_of(second)])
    assert [fact.customer_id for fact in facts] == [CUSTOMER, UUID(int=8)]


versions = st.lists(orders, max_size=8, unique_by=lambda order: (order.order_id, order.version))


def _facts(told: list[Order]) -> list[Fact]:
    return [fact for order in told for fact in facts_of(order)]


@given(versions, st.randoms())
def test_the_order_of_arrival_changes_nothing(told: list[Order], random: Random) -> None:
    shuffled = told.copy()
    random.shuffle(shuffled)
    assert sorted(kept(_facts(shuffled))) == sorted(kept(_facts(told)))


@given(versions, st.integers(0, 8))
def test_superseding_step_by_step_equals_chaining_from_scratch(told: list[Order], cut: int) -> None:
    stepwise = kept([*kept(_facts(told[:cut])), *_facts(told[cut:])])
    assert sorted(stepwise) == sorted(kept(_facts(told)))


@given(versions)
def test_only_the_highest_version_of_an_order_counts_now(told: list[Order]) -> None:
    now = Horizon(as_of=day(9999))
    latest = {order.order_id: order for order in sorted(told, key=lambda order: order.version)}
    seen = {(fact.source_id, fact.version) for fact in kept(_facts(told)) if now.sees(fact)}
    assert seen == {(order.order_id, order.version) for order in latest.values()}


@given(orders)
def test_the_facts_of_an_order_hold_its_lines_exactly(order: Order) -> None:
    with exactly():
        full = sum((each.quantity * each.unit_price for each in order.lines), Decimal(0))
        lessened = sum((each.discount.copy_sign(each.quantity) for each in order.lines), Decimal(0))
        expected = full - lessened
        assert sum((fact.amount for fact in facts_of(order)), Decimal(0)) == expected
    assert sum(fact.size for fact in facts_of(order)) == len(order.lines)

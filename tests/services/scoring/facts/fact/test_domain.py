"""Facts have the exact amounts of their order; versions supersede each other in any order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.scoring.facts.fact.domain import Fact, Horizon, Kind, chain, facts_of
from shared.money import exact_arithmetic
from tests.services.scoring.samples import CUSTOMER, FIRST, Order, chained, day, line, noon, orders


def test_an_order_gives_a_purchase_and_a_return_fact() -> None:
    order = Order(lines=[line("2", "9.50", discount="1"), line("3", "0"), line("-1", "9.50")])
    purchase, returned = facts_of(order)
    assert (purchase.kind, purchase.amount, purchase.size) == ("purchase", Decimal("18.00"), 2)
    assert (returned.kind, returned.amount, returned.size) == ("return", Decimal("-9.50"), 1)


def test_a_discount_reduces_the_amount_of_a_return() -> None:
    (returned,) = facts_of(Order(lines=[line("-2", "9.50", discount="1")]))
    assert (returned.kind, returned.amount) == ("return", Decimal("-18.00"))


def test_an_order_of_returned_lines_gives_no_purchase_fact() -> None:
    assert [fact.kind for fact in facts_of(Order(lines=[line("-1", "5")]))] == [Kind.RETURN]


def test_a_line_at_a_price_of_0_is_a_purchase() -> None:
    (fact,) = facts_of(Order(lines=[line("1", "0")]))
    assert (fact.kind, fact.amount) == ("purchase", Decimal(0))


def test_an_order_of_lines_with_quantity_0_gives_an_empty_return_fact() -> None:
    """A fact of size 0 gives no points."""
    (fact,) = facts_of(Order(lines=[line("0", "5", cost="1")]))
    assert (fact.kind, fact.amount, fact.cost, fact.size) == ("return", Decimal(0), Decimal(0), 0)


def test_a_fact_has_the_fields_of_its_version_of_the_order() -> None:
    order = Order(version=3, currency="EUR", lines=[line("1", "5")])
    (fact,) = facts_of(order)
    assert (fact.source_id, fact.version, fact.recorded_at) == (FIRST, 3, order.recorded_at)
    assert (fact.occurred_at, fact.occurred_on) == (order.ordered_at, order.occurred_on)
    assert (fact.customer_id, fact.named_customer_id) == (CUSTOMER, CUSTOMER)
    assert fact.currency == "EUR"


def test_a_line_that_an_order_repeats_counts_twice() -> None:
    (fact,) = facts_of(Order(lines=[line("20", "3000"), line("20", "3000")]))
    assert (fact.amount, fact.size) == (Decimal(120_000), 2)


def test_a_fact_has_a_cost_only_if_every_line_has_one() -> None:
    known = Order(lines=[line("2", "9", cost="4"), line("1", "9", cost="5")])
    unknown = Order(lines=[line("2", "9", cost="4"), line("1", "9")])
    assert facts_of(known)[0].cost == Decimal(13)
    assert facts_of(unknown)[0].cost is None


def test_a_fact_has_the_same_id_after_a_rebuild() -> None:
    order = Order(lines=[line("1", "5"), line("-1", "5")])
    ids = [fact.fact_id for fact in facts_of(order)]
    assert ids == [fact.fact_id for fact in facts_of(order)]
    assert len(set(ids)) == 2
    assert not {fact.fact_id for fact in facts_of(replace(order, version=2))} & set(ids)


def test_a_version_is_superseded_when_the_next_one_is_recorded() -> None:
    first = Order(lines=[line("1", "5")])
    second = replace(first, version=2, recorded_at=noon(day(9)), lines=[line("1", "6")])
    old, new = chain([*facts_of(first), *facts_of(second)])
    assert (old.amount, old.superseded_at) == (Decimal(5), noon(day(9)))
    assert (new.amount, new.superseded_at) == (Decimal(6), None)


def test_a_horizon_known_by_a_moment_sees_the_version_known_then() -> None:
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


def test_a_horizon_includes_its_day_up_to_its_moment() -> None:
    (fact,) = facts_of(Order(lines=[line("1", "5")], occurred_on=day(3)))
    assert Horizon(as_of=day(3)).sees(fact)
    assert Horizon(as_of=day(3), until=noon(day(3))).sees(fact)
    assert not Horizon(as_of=day(2)).sees(fact)
    assert not Horizon(as_of=day(3), until=noon(day(3)) - timedelta(seconds=1)).sees(fact)


def test_a_claimed_order_counts_as_if_it_had_always_named_the_customer() -> None:
    anonymous = Order(customer_id=None, lines=[line("1", "5")])
    claimed = replace(anonymous, version=2, customer_id=CUSTOMER, recorded_at=noon(day(9)))
    facts = chain([*facts_of(anonymous), *facts_of(claimed)])
    assert [fact.customer_id for fact in facts] == [CUSTOMER, CUSTOMER]
    assert facts[0].named_customer_id is None


def test_an_anonymous_order_that_nobody_claims_has_no_customer() -> None:
    (fact,) = chain(facts_of(Order(customer_id=None, lines=[line("1", "5")])))
    assert fact.customer_id is None


def test_the_old_version_of_an_order_that_moves_stays_with_its_customer() -> None:
    first = Order(lines=[line("1", "5")])
    second = replace(first, version=2, customer_id=UUID(int=8), recorded_at=noon(day(9)))
    facts = chain([*facts_of(first), *facts_of(second)])
    assert [fact.customer_id for fact in facts] == [CUSTOMER, UUID(int=8)]


version_lists = st.lists(
    orders, max_size=8, unique_by=lambda order: (order.order_id, order.version)
)


def _facts(versions: list[Order]) -> list[Fact]:
    return [fact for order in versions for fact in facts_of(order)]


@given(version_lists, st.randoms())
def test_versions_of_orders_give_the_same_facts_in_any_order_of_arrival(
    versions: list[Order], random: Random
) -> None:
    shuffled = versions.copy()
    random.shuffle(shuffled)
    assert sorted(chained(_facts(shuffled))) == sorted(chained(_facts(versions)))


@given(version_lists, st.integers(0, 8))
def test_chaining_in_two_steps_equals_chaining_at_once(versions: list[Order], cut: int) -> None:
    stepwise = chained([*chained(_facts(versions[:cut])), *_facts(versions[cut:])])
    assert sorted(stepwise) == sorted(chained(_facts(versions)))


@given(version_lists)
def test_only_the_highest_version_of_an_order_counts_now(versions: list[Order]) -> None:
    now = Horizon(as_of=day(9999))
    latest = {order.order_id: order for order in sorted(versions, key=lambda order: order.version)}
    seen = {(fact.source_id, fact.version) for fact in chained(_facts(versions)) if now.sees(fact)}
    assert seen == {(order.order_id, order.version) for order in latest.values()}


@given(orders)
def test_the_facts_of_an_order_have_the_exact_amount_of_its_lines(order: Order) -> None:
    with exact_arithmetic():
        full = sum((each.quantity * each.unit_price for each in order.lines), Decimal(0))
        discounts = sum(
            (each.discount.copy_sign(each.quantity) for each in order.lines), Decimal(0)
        )
        expected = full - discounts
        assert sum((fact.amount for fact in facts_of(order)), Decimal(0)) == expected
    assert sum(fact.size for fact in facts_of(order)) == len(order.lines)

"""Facts have the exact amounts of their order; a new version supersedes the earlier facts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.scoring.facts.fact.domain import Cutoff, Fact, FactKind, facts_of, link_versions
from shared.money import exact_arithmetic
from tests.services.scoring.samples import (
    CUSTOMER_ID,
    ORDER_ID,
    Order,
    day,
    line,
    linked,
    noon,
    orders,
)


def test_an_order_with_bought_and_returned_lines_gives_two_facts() -> None:
    order = Order(lines=[line("2", "9.50", discount="1"), line("3", "0"), line("-1", "9.50")])
    purchase, returned = facts_of(order)
    assert (purchase.kind, purchase.amount, purchase.size) == ("purchase", Decimal("18.00"), 2)
    assert (returned.kind, returned.amount, returned.size) == ("return", Decimal("-9.50"), 1)


def test_a_discount_reduces_the_amount_of_a_return() -> None:
    (returned,) = facts_of(Order(lines=[line("-2", "9.50", discount="1")]))
    assert (returned.kind, returned.amount) == ("return", Decimal("-18.00"))


def test_an_order_with_returned_lines_only_gives_no_purchase() -> None:
    assert [fact.kind for fact in facts_of(Order(lines=[line("-1", "5")]))] == [FactKind.RETURN]


def test_a_line_at_a_price_of_0_is_a_purchase() -> None:
    (fact,) = facts_of(Order(lines=[line("1", "0")]))
    assert (fact.kind, fact.amount) == ("purchase", Decimal(0))


def test_an_order_whose_lines_have_quantity_0_gives_a_return_without_lines() -> None:
    """The fact has size 0, and facts of size 0 give no points."""
    (fact,) = facts_of(Order(lines=[line("0", "5", cost="1")]))
    assert (fact.kind, fact.amount, fact.cost, fact.size) == ("return", Decimal(0), Decimal(0), 0)


def test_a_fact_copies_ids_times_and_currency_from_its_order() -> None:
    order = Order(version=3, currency="EUR", lines=[line("1", "5")])
    (fact,) = facts_of(order)
    assert (fact.source_id, fact.version, fact.recorded_at) == (ORDER_ID, 3, order.recorded_at)
    assert (fact.occurred_at, fact.occurred_on) == (order.ordered_at, order.occurred_on)
    assert (fact.customer_id, fact.named_customer_id) == (CUSTOMER_ID, CUSTOMER_ID)
    assert fact.currency == "EUR"


def test_two_equal_lines_of_an_order_are_both_included() -> None:
    (fact,) = facts_of(Order(lines=[line("20", "3000"), line("20", "3000")]))
    assert (fact.amount, fact.size) == (Decimal(120_000), 2)


def test_a_fact_has_a_cost_only_if_every_line_has_one() -> None:
    with_costs = Order(lines=[line("2", "9", cost="4"), line("1", "9", cost="5")])
    with_one_cost = Order(lines=[line("2", "9", cost="4"), line("1", "9")])
    assert facts_of(with_costs)[0].cost == Decimal(13)
    assert facts_of(with_one_cost)[0].cost is None


def test_a_fact_gets_the_same_id_each_time_its_event_is_processed() -> None:
    order = Order(lines=[line("1", "5"), line("-1", "5")])
    ids = [fact.fact_id for fact in facts_of(order)]
    assert ids == [fact.fact_id for fact in facts_of(order)]
    assert len(set(ids)) == 2
    assert not {fact.fact_id for fact in facts_of(replace(order, version=2))} & set(ids)


def test_a_version_is_superseded_when_the_next_one_is_recorded() -> None:
    first = Order(lines=[line("1", "5")])
    second = replace(first, version=2, recorded_at=noon(day(9)), lines=[line("1", "6")])
    old, new = link_versions([*facts_of(first), *facts_of(second)])
    assert (old.amount, old.superseded_at) == (Decimal(5), noon(day(9)))
    assert (new.amount, new.superseded_at) == (Decimal(6), None)


def test_a_cutoff_with_known_by_includes_the_version_known_at_that_moment() -> None:
    first = Order(lines=[line("1", "5")])
    second = replace(first, version=2, recorded_at=noon(day(9)), lines=[line("1", "6")])
    facts = link_versions([*facts_of(second), *facts_of(first)])

    def amounts(known_by: datetime | None) -> list[Decimal]:
        cutoff = Cutoff(as_of=day(1), known_by=known_by)
        return [fact.amount for fact in facts if cutoff.includes(fact)]

    assert amounts(None) == [6]
    assert amounts(noon(day(8))) == [5]
    assert amounts(noon(day(9))) == [6]
    assert amounts(datetime(2024, 1, 1, tzinfo=UTC)) == []


def test_a_cutoff_includes_its_last_day_up_to_its_moment() -> None:
    (fact,) = facts_of(Order(lines=[line("1", "5")], occurred_on=day(3)))
    assert Cutoff(as_of=day(3)).includes(fact)
    assert Cutoff(as_of=day(3), until=noon(day(3))).includes(fact)
    assert not Cutoff(as_of=day(2)).includes(fact)
    assert not Cutoff(as_of=day(3), until=noon(day(3)) - timedelta(seconds=1)).includes(fact)


def test_an_anonymous_order_belongs_to_the_customer_whom_a_later_version_names() -> None:
    anonymous = Order(customer_id=None, lines=[line("1", "5")])
    claimed = replace(anonymous, version=2, customer_id=CUSTOMER_ID, recorded_at=noon(day(9)))
    facts = link_versions([*facts_of(anonymous), *facts_of(claimed)])
    assert [fact.customer_id for fact in facts] == [CUSTOMER_ID, CUSTOMER_ID]
    assert facts[0].named_customer_id is None


def test_an_order_that_stays_anonymous_belongs_to_no_customer() -> None:
    (fact,) = link_versions(facts_of(Order(customer_id=None, lines=[line("1", "5")])))
    assert fact.customer_id is None


def test_if_an_order_gets_another_customer_its_old_version_still_belongs_to_the_first() -> None:
    first = Order(lines=[line("1", "5")])
    second = replace(first, version=2, customer_id=UUID(int=8), recorded_at=noon(day(9)))
    facts = link_versions([*facts_of(first), *facts_of(second)])
    assert [fact.customer_id for fact in facts] == [CUSTOMER_ID, UUID(int=8)]


version_lists = st.lists(
    orders, max_size=8, unique_by=lambda order: (order.order_id, order.version)
)


def _facts(versions: list[Order]) -> list[Fact]:
    """Return the facts of these versions of orders, before they are linked."""
    return [fact for order in versions for fact in facts_of(order)]


@given(version_lists, st.randoms())
def test_versions_of_orders_give_the_same_facts_in_any_order_of_arrival(
    versions: list[Order], random: Random
) -> None:
    shuffled = versions.copy()
    random.shuffle(shuffled)
    assert sorted(linked(_facts(shuffled))) == sorted(linked(_facts(versions)))


@given(version_lists, st.integers(0, 8))
def test_versions_linked_in_two_steps_equal_versions_linked_at_once(
    versions: list[Order], cut: int
) -> None:
    stepwise = linked([*linked(_facts(versions[:cut])), *_facts(versions[cut:])])
    assert sorted(stepwise) == sorted(linked(_facts(versions)))


@given(version_lists)
def test_a_cutoff_without_known_by_includes_only_the_highest_version_of_an_order(
    versions: list[Order],
) -> None:
    now = Cutoff(as_of=day(9999))
    latest = {order.order_id: order for order in sorted(versions, key=lambda order: order.version)}
    included = {
        (fact.source_id, fact.version) for fact in linked(_facts(versions)) if now.includes(fact)
    }
    assert included == {(order.order_id, order.version) for order in latest.values()}


@given(orders)
def test_the_amounts_of_an_orders_facts_sum_exactly_to_its_lines(order: Order) -> None:
    with exact_arithmetic():
        full = sum((each.quantity * each.unit_price for each in order.lines), Decimal(0))
        discounts = sum(
            (each.discount.copy_sign(each.quantity) for each in order.lines), Decimal(0)
        )
        expected = full - discounts
        assert sum((fact.amount for fact in facts_of(order)), Decimal(0)) == expected
    assert sum(fact.size for fact in facts_of(order)) == len(order.lines)

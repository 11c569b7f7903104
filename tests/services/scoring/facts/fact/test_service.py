"""Each version of an order is stored as facts once, and superseded by the next version."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from services.scoring.facts.fact import repository, service
from services.scoring.facts.fact.changes import NewAmount
from services.scoring.facts.fact.domain import Fact, facts_of
from services.scoring.facts.fact.service import FactChanges
from tests.services.harness import Running
from tests.services.scoring.samples import CUSTOMER_ID, ORDER_ID, Order, day, line, noon

FIRST_VERSION = Order(lines=[line("2", "50")])
SECOND_VERSION = replace(
    FIRST_VERSION, version=2, recorded_at=noon(day(9)), lines=[line("3", "50")]
)


def store(scoring: Running, *orders: Order) -> FactChanges:
    """Store the facts of these versions of orders in one transaction, as the handler does."""
    extracted = [fact for order in orders for fact in facts_of(order)]
    with scoring.database.transaction() as session:
        stored = service.stored_versions(session, extracted)
        changes = service.find_changes(stored, extracted)
        service.write_facts(session, changes, {})
    return changes


def stored_facts(scoring: Running) -> list[Fact]:
    """Return the stored facts of the order, ordered by version."""
    with scoring.database.reading() as session:
        facts = repository.facts_of_sources(session, {ORDER_ID})
    return sorted(facts, key=lambda fact: (fact.version, fact.kind))


def versions_and_amounts(facts: Sequence[Fact]) -> list[tuple[int, Decimal, datetime | None]]:
    """Return version, amount and `superseded_at` of each fact."""
    return [(fact.version, fact.amount, fact.superseded_at) for fact in facts]


def test_the_facts_of_a_new_order_are_stored_and_affect_its_customer(scoring: Running) -> None:
    order = replace(FIRST_VERSION, lines=[line("2", "50"), line("-1", "50")])
    changes = store(scoring, order)
    assert changes.customer_ids == {CUSTOMER_ID}
    assert stored_facts(scoring) == facts_of(order)
    assert [fact.amount for fact in stored_facts(scoring)] == [Decimal(100), Decimal(-50)]


def test_a_version_of_an_order_that_arrives_again_changes_no_fact(scoring: Running) -> None:
    store(scoring, FIRST_VERSION)
    before = stored_facts(scoring)
    assert store(scoring, FIRST_VERSION, FIRST_VERSION) == FactChanges()
    assert stored_facts(scoring) == before


def test_a_version_that_is_twice_in_one_batch_is_stored_once(scoring: Running) -> None:
    assert store(scoring, FIRST_VERSION, FIRST_VERSION).added == facts_of(FIRST_VERSION)
    assert versions_and_amounts(stored_facts(scoring)) == [(1, Decimal(100), None)]


def test_a_later_version_of_an_order_supersedes_the_stored_one(scoring: Running) -> None:
    store(scoring, FIRST_VERSION)
    store(scoring, SECOND_VERSION)
    assert versions_and_amounts(stored_facts(scoring)) == [
        (1, Decimal(100), SECOND_VERSION.recorded_at),
        (2, Decimal(150), None),
    ]


def test_an_earlier_version_that_arrives_late_is_stored_as_superseded(scoring: Running) -> None:
    store(scoring, SECOND_VERSION)
    store(scoring, FIRST_VERSION)
    assert versions_and_amounts(stored_facts(scoring)) == [
        (1, Decimal(100), SECOND_VERSION.recorded_at),
        (2, Decimal(150), None),
    ]


def test_an_order_that_gets_another_customer_affects_both_customers(scoring: Running) -> None:
    other = UUID(int=8)
    store(scoring, FIRST_VERSION)
    assert store(scoring, replace(SECOND_VERSION, customer_id=other)).customer_ids == {
        CUSTOMER_ID,
        other,
    }


def test_an_anonymous_order_is_assigned_to_the_customer_whom_a_later_version_names(
    scoring: Running,
) -> None:
    store(scoring, replace(FIRST_VERSION, customer_id=None))
    assert store(scoring, SECOND_VERSION).customer_ids == {CUSTOMER_ID}
    assert [(each.customer_id, each.named_customer_id) for each in stored_facts(scoring)] == [
        (CUSTOMER_ID, None),
        (CUSTOMER_ID, CUSTOMER_ID),
    ]


def test_a_new_amount_changes_only_the_amount_and_size_of_a_fact(
    scoring: Running,
) -> None:
    store(scoring, FIRST_VERSION)
    (before,) = stored_facts(scoring)
    with scoring.database.transaction() as session:
        service.write_amounts(session, [NewAmount(before.fact_id, Decimal(7), 3)])
    assert stored_facts(scoring) == [before._replace(amount=Decimal(7), size=3)]

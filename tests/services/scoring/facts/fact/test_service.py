"""Versions of orders become stored facts once, and a later version supersedes the earlier."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from services.scoring.facts.fact import repository, service
from services.scoring.facts.fact.changes import NewAmount
from services.scoring.facts.fact.domain import Fact, facts_of
from services.scoring.facts.fact.service import ChainedFacts
from tests.services.harness import Running
from tests.services.scoring.samples import CUSTOMER, FIRST, Order, day, line, noon

BOUGHT = Order(lines=[line("2", "50")])
MORE = replace(BOUGHT, version=2, recorded_at=noon(day(9)), lines=[line("3", "50")])


def store(scoring: Running, *orders: Order) -> ChainedFacts:
    """Store the facts of versions of orders as the handlers do, in one transaction."""
    extracted = [fact for order in orders for fact in facts_of(order)]
    with scoring.database.transaction() as session:
        stored = service.stored_versions(session, extracted)
        chained = service.chain_facts(stored, extracted)
        service.write_facts(session, chained)
    return chained


def stored_facts(scoring: Running) -> list[Fact]:
    """Return the stored facts of the order, by version."""
    with scoring.database.reading() as session:
        facts = repository.facts_of_sources(session, {FIRST})
    return sorted(facts, key=lambda fact: (fact.version, fact.kind))


def summary(facts: Sequence[Fact]) -> list[tuple[int, Decimal, datetime | None]]:
    return [(fact.version, fact.amount, fact.superseded_at) for fact in facts]


def test_a_new_order_becomes_facts_of_its_customer(scoring: Running) -> None:
    order = replace(BOUGHT, lines=[line("2", "50"), line("-1", "50")])
    chained = store(scoring, order)
    assert chained.customer_ids == {CUSTOMER}
    assert stored_facts(scoring) == facts_of(order)
    assert [fact.amount for fact in stored_facts(scoring)] == [Decimal(100), Decimal(-50)]


def test_a_version_of_an_order_that_arrives_again_changes_no_fact(scoring: Running) -> None:
    store(scoring, BOUGHT)
    before = stored_facts(scoring)
    assert store(scoring, BOUGHT, BOUGHT) == ChainedFacts()
    assert stored_facts(scoring) == before


def test_a_version_that_is_twice_in_one_batch_counts_once(scoring: Running) -> None:
    assert store(scoring, BOUGHT, BOUGHT).added == facts_of(BOUGHT)
    assert summary(stored_facts(scoring)) == [(1, Decimal(100), None)]


def test_a_later_version_of_an_order_supersedes_the_stored_one(scoring: Running) -> None:
    store(scoring, BOUGHT)
    store(scoring, MORE)
    assert summary(stored_facts(scoring)) == [
        (1, Decimal(100), MORE.recorded_at),
        (2, Decimal(150), None),
    ]


def test_an_earlier_version_that_arrives_late_is_stored_as_superseded(scoring: Running) -> None:
    store(scoring, MORE)
    store(scoring, BOUGHT)
    assert summary(stored_facts(scoring)) == [
        (1, Decimal(100), MORE.recorded_at),
        (2, Decimal(150), None),
    ]


def test_an_order_that_moves_to_another_customer_changes_facts_of_both(scoring: Running) -> None:
    other = UUID(int=8)
    store(scoring, BOUGHT)
    assert store(scoring, replace(MORE, customer_id=other)).customer_ids == {CUSTOMER, other}


def test_an_anonymous_purchase_that_a_customer_claims_becomes_theirs(scoring: Running) -> None:
    store(scoring, replace(BOUGHT, customer_id=None))
    assert store(scoring, MORE).customer_ids == {CUSTOMER}
    assert [(each.customer_id, each.named_customer_id) for each in stored_facts(scoring)] == [
        (CUSTOMER, None),
        (CUSTOMER, CUSTOMER),
    ]


def test_a_new_amount_changes_only_the_amount_and_size_of_a_fact(
    scoring: Running,
) -> None:
    store(scoring, BOUGHT)
    (before,) = stored_facts(scoring)
    with scoring.database.transaction() as session:
        service.write_amounts(session, [NewAmount(before.fact_id, Decimal(7), 3)])
    assert stored_facts(scoring) == [before._replace(amount=Decimal(7), size=3)]

"""What an order tells becomes facts once, and a later version of it supersedes the earlier."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from services.scoring.facts.fact import repository, service
from services.scoring.facts.fact.domain import Fact, facts_of
from services.scoring.facts.fact.service import Chained, Restated
from tests.services.harness import Running
from tests.services.scoring.samples import CUSTOMER, FIRST, Order, day, line, noon

BOUGHT = Order(lines=[line("2", "50")])
MORE = replace(BOUGHT, version=2, recorded_at=noon(day(9)), lines=[line("3", "50")])


def take(scoring: Running, *orders: Order) -> Chained:
    """Take versions of orders over as the handlers do, in one transaction."""
    drawn = [fact for order in orders for fact in facts_of(order)]
    with scoring.database.transaction() as session:
        chained = service.chain_facts(service.known_facts(session, drawn), drawn)
        service.write_facts(session, chained)
    return chained


def kept(scoring: Running) -> list[Fact]:
    """Give what is stored of the order, by version."""
    with scoring.database.reading() as session:
        found = repository.facts_of_sources(session, {FIRST})
    return sorted(found, key=lambda fact: (fact.version, fact.kind))


def told(facts: Sequence[Fact]) -> list[tuple[int, Decimal, datetime | None]]:
    return [(fact.version, fact.amount, fact.superseded_at) for fact in facts]


def test_an_order_never_seen_becomes_facts_of_its_customer(scoring: Running) -> None:
    order = replace(BOUGHT, lines=[line("2", "50"), line("-1", "50")])
    chained = take(scoring, order)
    assert chained.touched == {CUSTOMER}
    assert kept(scoring) == facts_of(order)
    assert [fact.amount for fact in kept(scoring)] == [Decimal(100), Decimal(-50)]


def test_a_version_that_is_seen_again_adds_nothing_and_touches_nobody(scoring: Running) -> None:
    take(scoring, BOUGHT)
    before = kept(scoring)
    assert take(scoring, BOUGHT, BOUGHT) == Chained()
    assert kept(scoring) == before


def test_a_version_that_stands_twice_in_one_batch_counts_once(scoring: Running) -> None:
    assert take(scoring, BOUGHT, BOUGHT).added == facts_of(BOUGHT)
    assert told(kept(scoring)) == [(1, Decimal(100), None)]


def test_a_later_version_supersedes_the_one_on_record(scoring: Running) -> None:
    take(scoring, BOUGHT)
    take(scoring, MORE)
    assert told(kept(scoring)) == [(1, Decimal(100), MORE.recorded_at), (2, Decimal(150), None)]


def test_an_earlier_version_that_comes_late_is_superseded_from_the_start(scoring: Running) -> None:
    take(scoring, MORE)
    take(scoring, BOUGHT)
    assert told(kept(scoring)) == [(1, Decimal(100), MORE.recorded_at), (2, Decimal(150), None)]


def test_an_order_that_goes_to_another_customer_touches_both(scoring: Running) -> None:
    other = UUID(int=8)
    take(scoring, BOUGHT)
    assert take(scoring, replace(MORE, customer_id=other)).touched == {CUSTOMER, other}


def test_an_anonymous_purchase_that_is_claimed_moves_to_the_customer(scoring: Running) -> None:
    take(scoring, replace(BOUGHT, customer_id=None))
    assert take(scoring, MORE).touched == {CUSTOMER}
    assert [(each.customer_id, each.named_customer_id) for each in kept(scoring)] == [
        (CUSTOMER, None),
        (CUSTOMER, CUSTOMER),
    ]


def test_a_fact_that_is_restated_has_another_amount_and_is_otherwise_as_it_was(
    scoring: Running,
) -> None:
    take(scoring, BOUGHT)
    (before,) = kept(scoring)
    with scoring.database.transaction() as session:
        service.restate_facts(session, [Restated(before.fact_id, Decimal(7), 3)])
    assert kept(scoring) == [before._replace(amount=Decimal(7), size=3)]

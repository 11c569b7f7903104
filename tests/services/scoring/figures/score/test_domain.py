"""A score is a pure function of facts, and the points in its explanation sum to it exactly."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from services.scoring.facts.exchange_rate.domain import ExchangeRates, ExcludedAmount
from services.scoring.facts.fact.domain import Cutoff, Fact, FactKind
from services.scoring.figures.score.domain import (
    Contribution,
    Satisfaction,
    Score,
    TermPoints,
    explain,
    score,
)
from services.scoring.modelling.value_model.domain import Rules
from shared.contracts.scoring.score import Rung
from shared.money import exact_arithmetic
from tests.services.scoring.samples import (
    AFTER_ALL_FACTS,
    NO_RATES,
    PURCHASES,
    RULES,
    SATISFACTION,
    answer,
    day,
    euro_rates,
    fact,
    facts,
    noon,
)

BOTH_TERMS = replace(RULES, terms=(PURCHASES, replace(SATISFACTION, is_on=True)))
EUROS = euro_rates(dict.fromkeys(range(0, 900, 2), "7.8123"))
"""Exchange rates from euro to yuan on every second day."""
cutoffs = st.integers(-10, 1500).map(lambda on: Cutoff(as_of=day(on)))


def _score(
    own_facts: list[Fact],
    cutoff: Cutoff = AFTER_ALL_FACTS,
    rules: Rules = RULES,
    rates: ExchangeRates = NO_RATES,
) -> Score:
    """Return the score of a customer with these facts, by default after all of them."""
    return score(own_facts, cutoff=cutoff, rules=rules, rates=rates, disqualified=False)


def test_a_revenue_of_100_000_gives_one_point() -> None:
    assert _score([fact("1000000")]).value_points == 10
    assert _score([fact("500000")]).value_points == 5
    assert _score([fact("0.01")]).value_points == Decimal("0.0000001")


def test_returns_reduce_points_and_revenue() -> None:
    found = _score([fact("300000"), fact("-100000", kind=FactKind.RETURN, source=2)])
    assert (found.value_points, found.revenue) == (Decimal(2), Decimal(200_000))


def test_a_customer_without_facts_has_no_points() -> None:
    found = _score([])
    assert found.value_points == 0
    assert (found.rung, found.silent) == (Rung.SUSPECT, False)
    assert (found.satisfaction, found.excluded, found.changes_on) == (None, (), None)


def test_purchases_on_one_day_are_one_purchase_day() -> None:
    found = _score([fact("1"), fact("2", source=2), fact("3", on=1, source=3)])
    assert (found.purchases, found.purchase_days, found.last_purchase_on) == (3, 2, day(1))


def test_a_return_is_not_a_purchase_day() -> None:
    found = _score([fact("-5", kind=FactKind.RETURN)])
    assert (found.purchases, found.purchase_days, found.rung) == (0, 0, Rung.SUSPECT)


def test_a_purchase_in_a_currency_without_a_rate_counts_as_a_purchase_day() -> None:
    found = _score([fact("100", currency="USD"), fact("5", on=1, source=2)])
    assert (found.revenue, found.purchase_days) == (Decimal(5), 2)
    assert found.excluded == (ExcludedAmount(currency="USD", facts=1, amount=Decimal(100)),)


def test_silence_begins_on_the_day_after_the_allowed_number_of_days() -> None:
    purchase_on_day_0 = [fact("5")]
    assert not _score(purchase_on_day_0, Cutoff(as_of=day(365))).silent
    silent = _score(purchase_on_day_0, Cutoff(as_of=day(366)))
    assert (silent.silent, silent.rung) == (True, Rung.INACTIVE)


def test_satisfaction_is_the_index_of_the_latest_answer_up_to_the_cutoff() -> None:
    answers = [answer("75", on=5, n=3), answer("40", on=2, source=2)]
    assert _score(answers).satisfaction == Satisfaction(index=Decimal(75), n=3)
    assert _score(answers, Cutoff(as_of=day(4))).satisfaction == Satisfaction(
        index=Decimal(40), n=4
    )


def test_a_purchase_after_an_answer_does_not_change_satisfaction() -> None:
    found = [answer("75", on=2), fact("5", on=3, source=2)]
    assert _score(found).satisfaction == Satisfaction(index=Decimal(75), n=4)


def test_a_disqualified_customer_without_a_purchase_is_on_the_rung_disqualified() -> None:
    found = score([], cutoff=AFTER_ALL_FACTS, rules=RULES, rates=NO_RATES, disqualified=True)
    assert found.rung is Rung.DISQUALIFIED


def test_the_satisfaction_term_gives_a_tenth_of_the_latest_index_once_it_is_on() -> None:
    answers = [answer("75", on=5), answer("40", on=2, source=2), fact("100000", source=3)]
    assert _score(answers).value_points == 1
    assert _score(answers, rules=BOTH_TERMS).value_points == Decimal("8.5")


def test_a_score_has_a_profit_only_if_every_fact_has_a_cost() -> None:
    with_costs = [fact("10", cost="4"), fact("-2", kind=FactKind.RETURN, cost="-1", source=2)]
    assert _score(with_costs).profit == 5
    assert _score([*with_costs, fact("1", source=3)]).profit is None
    assert _score([*with_costs, fact("1", source=3, cost="0")]).profit == 6


def test_recent_revenue_includes_facts_of_the_last_12_months() -> None:
    found = [fact("10", on=59), fact("7", on=60, source=2), fact("1", currency="USD", source=3)]
    last = _score(found, Cutoff(as_of=date(2025, 2, 28)))
    assert (last.recent_revenue, last.changes_on) == (Decimal(17), date(2025, 3, 1))
    assert last.recent_excluded == ()
    after = _score(found, Cutoff(as_of=date(2025, 3, 1)))
    assert (after.recent_revenue, after.revenue) == (Decimal(0), Decimal(17))


def test_a_fact_dated_in_the_future_is_included_from_its_day_on() -> None:
    one_in_the_future = [fact("100000"), fact("100000", on=5, source=2)]
    today = _score(one_in_the_future, Cutoff(as_of=day(1)))
    assert (today.value_points, today.changes_on) == (Decimal(1), day(5))


def test_the_score_changes_when_a_fact_with_a_currency_is_no_longer_recent() -> None:
    assert _score([answer("75")], Cutoff(as_of=day(1))).changes_on is None
    in_dollars = fact("-1", kind=FactKind.RETURN, currency="USD")
    found = _score([in_dollars], Cutoff(as_of=day(1)))
    assert found.changes_on == date(2025, 1, 1)
    assert [each.facts for each in found.recent_excluded] == [1]


def test_the_score_changes_on_the_first_day_of_silence() -> None:
    rules = replace(RULES, ladder_months=24)
    assert _score([fact("1")], Cutoff(as_of=day(1)), rules).changes_on == day(366)
    # already silent then: the next change is the day on which the purchase leaves the 24 months
    assert _score([fact("1")], Cutoff(as_of=day(366)), rules).changes_on == date(2026, 1, 1)


def test_a_superseded_fact_in_the_future_does_not_change_the_score_on_its_day() -> None:
    superseded = fact("1", on=5)._replace(superseded_at=noon(day(1)))
    assert _score([superseded], Cutoff(as_of=day(1))).changes_on is None


def test_facts_of_size_0_give_no_points_and_no_satisfaction() -> None:
    """An order without lines, or a response without an answered item, gives a fact of size 0."""
    empty = [fact("0", kind=FactKind.RETURN, size=0), answer("0", on=5, source=2, n=0)]
    assert [
        term.facts
        for term in explain(empty, cutoff=AFTER_ALL_FACTS, rules=BOTH_TERMS, rates=NO_RATES)
    ] == [
        (),
        (),
    ]
    assert _score([*empty, answer("40", source=3)]).satisfaction == Satisfaction(
        index=Decimal(40), n=4
    )


def test_of_two_answers_at_the_same_moment_the_one_with_the_greater_id_is_the_latest() -> None:
    first, second = answer("40", source=2), answer("75", source=3)
    assert _score([second, first]).satisfaction == Satisfaction(index=Decimal(75), n=4)
    (_, term) = explain([second, first], cutoff=AFTER_ALL_FACTS, rules=BOTH_TERMS, rates=NO_RATES)
    assert [each.source_id for each in term.facts] == [second.source_id]


def test_the_explanation_lists_facts_by_day_with_their_points_and_rule() -> None:
    bought = fact("300000", on=5, source=2, currency="EUR")
    returned = fact("-100000", kind=FactKind.RETURN, on=3, source=3)
    without_a_rate = fact("1", on=4, source=4, currency="USD")
    (term,) = explain(
        [bought, without_a_rate, returned],
        cutoff=AFTER_ALL_FACTS,
        rules=RULES,
        rates=euro_rates({5: "7"}),
    )

    def contribution(explained: Fact, points: str) -> Contribution:
        return Contribution(
            fact_id=explained.fact_id,
            source_id=explained.source_id,
            kind=explained.kind,
            occurred_on=explained.occurred_on,
            amount=explained.amount,
            currency=explained.currency,
            points=Decimal(points),
            rule=PURCHASES.rule,
        )

    facts = (contribution(returned, "-1"), contribution(bought, "21"))
    assert term == TermPoints(term="purchases", points=Decimal(20), facts=facts)


def test_the_explanation_lists_facts_of_one_day_by_id() -> None:
    found = [fact("1", on=-number % 3, source=number) for number in range(12)]
    (term,) = explain(found, cutoff=AFTER_ALL_FACTS, rules=RULES, rates=NO_RATES)
    assert [each.fact_id for each in term.facts] == [
        each.fact_id for each in sorted(found, key=lambda each: (each.occurred_on, each.fact_id))
    ]


def test_profit_is_converted_and_answers_are_not_part_of_it() -> None:
    found = [fact("10", currency="EUR", cost="4"), answer("75", source=2)]
    assert _score(found, rates=euro_rates({0: "7"})).profit == 42


@given(facts, cutoffs)
def test_the_points_of_the_explanation_sum_to_the_value_points_of_the_score(
    found: list[Fact], cutoff: Cutoff
) -> None:
    terms = explain(found, cutoff=cutoff, rules=BOTH_TERMS, rates=EUROS)
    with exact_arithmetic():
        assert all(
            term.points == sum((each.points for each in term.facts), Decimal(0)) for term in terms
        )
        points = sum((term.points for term in terms), Decimal(0))
    assert points == _score(found, cutoff, BOTH_TERMS, EUROS).value_points


@given(facts, cutoffs, st.randoms())
def test_a_score_does_not_depend_on_the_order_of_its_facts(
    found: list[Fact], cutoff: Cutoff, random: Random
) -> None:
    shuffled = found.copy()
    random.shuffle(shuffled)
    assert _score(shuffled, cutoff, BOTH_TERMS, EUROS) == _score(found, cutoff, BOTH_TERMS, EUROS)
    assert explain(shuffled, cutoff=cutoff, rules=BOTH_TERMS, rates=EUROS) == explain(
        found, cutoff=cutoff, rules=BOTH_TERMS, rates=EUROS
    )


@given(facts, st.integers(-10, 900), st.integers(0, 600))
def test_a_score_does_not_change_before_its_day_changes_on(
    found: list[Fact], on: int, wait: int
) -> None:
    today = _score(found, Cutoff(as_of=day(on)), BOTH_TERMS, EUROS)
    later = _score(found, Cutoff(as_of=day(on + wait)), BOTH_TERMS, EUROS)
    if today.changes_on is None or day(on + wait) < today.changes_on:
        assert later == today


@given(facts, cutoffs)
def test_every_fact_of_an_order_is_either_in_the_explanation_or_excluded(
    found: list[Fact], cutoff: Cutoff
) -> None:
    of_orders = [each for each in found if each.currency and cutoff.includes(each)]
    (term,) = explain(found, cutoff=cutoff, rules=RULES, rates=EUROS)
    excluded = _score(found, cutoff, RULES, EUROS).excluded
    n_excluded = sum(currency.facts for currency in excluded)  # `facts` is a number here
    assert len(term.facts) + n_excluded == len(of_orders)

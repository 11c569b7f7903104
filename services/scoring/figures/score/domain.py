"""The score of a customer (客户评价): value points, loyalty and satisfaction, from facts."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from services.scoring.facts.exchange_rate.domain import (
    ExchangeRates,
    ExcludedAmount,
    excluded_amounts,
)
from services.scoring.facts.fact.domain import Cutoff, Fact, FactKind
from services.scoring.figures.loyalty.domain import (
    first_day_outside,
    first_silent_day,
    months_before,
    rung,
)
from services.scoring.modelling.value_model.domain import Rules, Take, Term
from shared.contracts.scoring.score import Rung
from shared.money import exact_arithmetic


@dataclass(frozen=True, slots=True, kw_only=True)
class Satisfaction:
    """The index (0 to 100) of a customer's latest response to a survey, from `n` answered items."""

    index: Decimal
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """The figures of one customer at one point in time, computed from the customer's facts alone.

    Amounts are in the target currency of the exchange rates. `revenue` is purchases less returns
    and discounts; `recent_revenue` is the revenue of the last `ladder_months` months. `profit` is
    None unless every line has a cost. `excluded` are amounts that cannot be converted,
    `recent_excluded` those of the last `ladder_months` months. `changes_on` is the next day on
    which the score may change just because time passes, None if there is no such day.
    """

    value_points: Decimal
    rung: Rung
    silent: bool
    satisfaction: Satisfaction | None
    revenue: Decimal
    recent_revenue: Decimal
    profit: Decimal | None
    purchases: int
    purchase_days: int
    last_purchase_on: date | None
    excluded: tuple[ExcludedAmount, ...]
    recent_excluded: tuple[ExcludedAmount, ...]
    changes_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """The points that one fact adds to one term (one summand of the value points).

    `source_id` is the id of the order or response from which the fact comes. `rule` is the rule of
    the term in words, such as "1 point per 100 000 CNY".
    """

    fact_id: UUID
    source_id: UUID
    kind: str
    occurred_on: date
    amount: Decimal
    currency: str | None
    points: Decimal
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TermPoints:
    """The points of one term, and the facts that add up to them, ordered by day and then by id."""

    term: str
    points: Decimal
    facts: tuple[Contribution, ...]


def score(
    facts: Sequence[Fact], *, cutoff: Cutoff, rules: Rules, rates: ExchangeRates, disqualified: bool
) -> Score:
    """Compute the score of one customer from all facts of this customer (docs/figures.md)."""
    with exact_arithmetic():
        included = [fact for fact in facts if cutoff.includes(fact)]
        start = months_before(cutoff.as_of, rules.ladder_months)
        recent = [fact for fact in included if fact.occurred_on > start]
        days = purchase_days(included)
        silence = first_silent_day(days, rules.silence)
        silent = silence is not None and silence <= cutoff.as_of
        return Score(
            value_points=_points(included, rules, rates),
            rung=rung(
                purchase_days=len(days),
                silent=silent,
                disqualified=disqualified,
                rule=rules.rungs,
            ),
            silent=silent,
            satisfaction=_satisfaction(included),
            revenue=_total(included, rates, lambda fact: fact.amount),
            recent_revenue=_total(recent, rates, lambda fact: fact.amount),
            profit=_profit(included, rates),
            purchases=sum(fact.kind == FactKind.PURCHASE for fact in included),
            purchase_days=len(days),
            last_purchase_on=days[-1] if days else None,
            excluded=excluded_amounts(included, rates),
            recent_excluded=excluded_amounts(recent, rates),
            changes_on=_next_change_on(facts, recent, silence, cutoff, rules),
        )


def explain(
    facts: Iterable[Fact], *, cutoff: Cutoff, rules: Rules, rates: ExchangeRates
) -> tuple[TermPoints, ...]:
    """Return the active terms with the points of each fact; all points sum to the value points."""
    with exact_arithmetic():
        included = sorted(
            filter(cutoff.includes, facts), key=lambda fact: (fact.occurred_on, fact.fact_id)
        )
        return tuple(_points_of_term(term, included, rates) for term in rules.active_terms)


def purchase_days(facts: Iterable[Fact]) -> list[date]:
    """Return the distinct local days with a purchase, earliest first."""
    return sorted({fact.occurred_on for fact in facts if fact.kind == FactKind.PURCHASE})


def _points(included: Sequence[Fact], rules: Rules, rates: ExchangeRates) -> Decimal:
    """Return the value points: the sum of all active terms."""
    points = Decimal(0)
    for term in rules.active_terms:
        amounts = [_converted_amount(fact, rates) for fact in _facts_of_term(term, included)]
        points += term.points_per_unit * sum(filter(None, amounts), Decimal(0))
    return points


def _points_of_term(term: Term, included: Sequence[Fact], rates: ExchangeRates) -> TermPoints:
    """Return the points of one term, with the points of each of its facts."""
    facts = tuple(
        Contribution(
            fact_id=fact.fact_id,
            source_id=fact.source_id,
            kind=fact.kind,
            occurred_on=fact.occurred_on,
            amount=fact.amount,
            currency=fact.currency,
            points=amount * term.points_per_unit,
            rule=term.rule,
        )
        for fact in _facts_of_term(term, included)
        if (amount := _converted_amount(fact, rates)) is not None
    )
    points = sum((fact.points for fact in facts), Decimal(0))
    return TermPoints(term=term.name, points=points, facts=facts)


def _facts_of_term(term: Term, included: Sequence[Fact]) -> Sequence[Fact]:
    """Return the facts that give points to a term: all of its kinds, or only the latest one."""
    term_facts = [fact for fact in included if fact.size and fact.kind in term.kinds]
    return term_facts if term.take is Take.SUM else _latest(term_facts)


def _latest(facts: Sequence[Fact]) -> Sequence[Fact]:
    """Return a list with the latest of these facts only; it is empty if there are no facts."""
    return [max(facts, key=_chronological)] if facts else []


def _chronological(fact: Fact) -> tuple[object, ...]:
    """Return a sort key by time, which also orders facts of the same moment."""
    return (fact.occurred_at, fact.source_id, fact.kind)


def _converted_amount(fact: Fact, rates: ExchangeRates) -> Decimal | None:
    """Return the amount of a fact converted to the target currency; None without a rate.

    The amount of an answer, which is an index and has no currency, is returned as it is.
    """
    if fact.currency is None:
        return fact.amount
    return rates.convert(fact.amount, fact.currency, fact.occurred_on)


def _satisfaction(included: Sequence[Fact]) -> Satisfaction | None:
    """Return the satisfaction by the latest answer, or None without an answer."""
    for answer in _latest(
        [fact for fact in included if fact.size and fact.kind == FactKind.ANSWER]
    ):
        return Satisfaction(index=answer.amount, n=answer.size)
    return None


def _total(
    included: Iterable[Fact], rates: ExchangeRates, amount_of: Callable[[Fact], Decimal]
) -> Decimal:
    """Return the sum of `amount_of(fact)` over all facts of orders that can be converted."""
    total = Decimal(0)
    for fact in included:
        if fact.currency is not None:
            total += rates.convert(amount_of(fact), fact.currency, fact.occurred_on) or 0
    return total


def _profit(included: Iterable[Fact], rates: ExchangeRates) -> Decimal | None:
    """Return the amounts of orders less their costs, or None if the cost of an order is unknown."""
    of_orders = [fact for fact in included if fact.currency is not None]
    if any(fact.cost is None for fact in of_orders):
        return None
    return _total(of_orders, rates, lambda fact: fact.amount - (fact.cost or 0))


def _next_change_on(
    facts: Iterable[Fact],
    recent: Iterable[Fact],
    silence: date | None,
    cutoff: Cutoff,
    rules: Rules,
) -> date | None:
    """Return the next day on which the score may change although no fact does.

    On such a day a fact dated in the future is included for the first time, a recent fact is no
    longer within the last `ladder_months` months, or the customer becomes silent.
    """
    days: set[date | None] = {fact.occurred_on for fact in facts if fact.superseded_at is None}
    days |= {
        first_day_outside(fact.occurred_on, rules.ladder_months) for fact in recent if fact.currency
    }
    days.add(silence)
    return min((day for day in days if day and day > cutoff.as_of), default=None)

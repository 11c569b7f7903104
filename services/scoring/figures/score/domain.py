"""A customer's score (客户评价): value points, loyalty and satisfaction, computed from facts."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from services.scoring.facts.exchange_rate.domain import Excluded, Rates, excluded
from services.scoring.facts.fact.domain import Fact, Horizon, Kind
from services.scoring.figures.loyalty.domain import (
    Rung,
    leaves_on,
    months_before,
    rung,
    silent_from,
)
from services.scoring.modelling.value_model.domain import Rules, Take, Term
from shared.money import exact_arithmetic


@dataclass(frozen=True, slots=True, kw_only=True)
class Satisfaction:
    """Index from 0 to 100 of the customer's latest answer, from `n` answered items."""

    index: Decimal
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """The figures of one customer at one point in time, computed from the facts alone.

    `revenue` is net of returns and discounts in the currency of the rates, `recent_revenue` that
    of the model's `ladder_months` up to the day; `profit` is None unless every line has a cost.
    `changes_on` is the first day on which time alone changes the score.
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
    excluded: tuple[Excluded, ...]
    recent_excluded: tuple[Excluded, ...]
    changes_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """The points that one fact gives to one term, and the rule in words.

    `source_id` is the id of the order or answer.
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
    """The points of one term of a score, and the facts that give them, by day and then by id."""

    term: str
    points: Decimal
    facts: tuple[Contribution, ...]


def score(
    facts: Sequence[Fact], *, horizon: Horizon, rules: Rules, rates: Rates, disqualified: bool
) -> Score:
    """Return the score of one customer, computed from all their facts (docs/figures.md)."""
    with exact_arithmetic():
        seen = [fact for fact in facts if horizon.sees(fact)]
        start = months_before(horizon.as_of, rules.ladder_months)
        recent = [fact for fact in seen if fact.occurred_on > start]
        days = purchase_days(seen)
        silence = silent_from(days, rules.silence)
        silent = silence is not None and silence <= horizon.as_of
        return Score(
            value_points=_points(seen, rules, rates),
            rung=rung(
                purchase_days=len(days),
                silent=silent,
                disqualified=disqualified,
                rule=rules.rungs,
            ),
            silent=silent,
            satisfaction=_satisfaction(seen),
            revenue=_total(seen, rates, lambda fact: fact.amount),
            recent_revenue=_total(recent, rates, lambda fact: fact.amount),
            profit=_profit(seen, rates),
            purchases=sum(fact.kind == Kind.PURCHASE for fact in seen),
            purchase_days=len(days),
            last_purchase_on=days[-1] if days else None,
            excluded=excluded(seen, rates),
            recent_excluded=excluded(recent, rates),
            changes_on=_changes_on(facts, recent, silence, horizon, rules),
        )


def explain(
    facts: Iterable[Fact], *, horizon: Horizon, rules: Rules, rates: Rates
) -> tuple[TermPoints, ...]:
    """Return each active term with its facts; the points of all sum to the value points exactly."""
    with exact_arithmetic():
        seen = sorted(
            filter(horizon.sees, facts), key=lambda fact: (fact.occurred_on, fact.fact_id)
        )
        return tuple(_explained(term, seen, rates) for term in rules.active_terms)


def sortable(value: Decimal) -> str:
    """Return a decimal as text that sorts like the number, with 20 digits after the point.

    A database that stores exact decimals as text cannot sort them otherwise.
    """
    with exact_arithmetic():
        scaled = int(value.scaleb(20))
    shifted = scaled + 10**60
    return f"{shifted:061d}"


def purchase_days(facts: Iterable[Fact]) -> list[date]:
    """Return the distinct local days with a purchase, earliest first."""
    return sorted({fact.occurred_on for fact in facts if fact.kind == Kind.PURCHASE})


def _points(seen: Sequence[Fact], rules: Rules, rates: Rates) -> Decimal:
    points = Decimal(0)
    for term in rules.active_terms:
        units = [_units(fact, rates) for fact in _counted(term, seen)]
        points += term.points_per_unit * sum(filter(None, units), Decimal(0))
    return points


def _explained(term: Term, seen: Sequence[Fact], rates: Rates) -> TermPoints:
    facts = tuple(
        Contribution(
            fact_id=fact.fact_id,
            source_id=fact.source_id,
            kind=fact.kind,
            occurred_on=fact.occurred_on,
            amount=fact.amount,
            currency=fact.currency,
            points=units * term.points_per_unit,
            rule=term.rule,
        )
        for fact in _counted(term, seen)
        if (units := _units(fact, rates)) is not None
    )
    points = sum((fact.points for fact in facts), Decimal(0))
    return TermPoints(term=term.name, points=points, facts=facts)


def _counted(term: Term, seen: Sequence[Fact]) -> Sequence[Fact]:
    """Return the facts that give points to a term: all of its kinds, or only the latest."""
    counted = [fact for fact in seen if fact.size and fact.kind in term.kinds]
    return counted if term.take is Take.SUM else _latest(counted)


def _latest(facts: Sequence[Fact]) -> Sequence[Fact]:
    return [max(facts, key=_chronological)] if facts else []


def _chronological(fact: Fact) -> tuple[object, ...]:
    return (fact.occurred_at, fact.source_id, fact.kind)


def _units(fact: Fact, rates: Rates) -> Decimal | None:
    """Return a fact's amount in the unit of its term; None where no exchange rate is known."""
    if fact.currency is None:
        return fact.amount
    return rates.into(fact.amount, fact.currency, fact.occurred_on)


def _satisfaction(seen: Sequence[Fact]) -> Satisfaction | None:
    for answer in _latest([fact for fact in seen if fact.size and fact.kind == Kind.ANSWER]):
        return Satisfaction(index=answer.amount, n=answer.size)
    return None


def _total(seen: Iterable[Fact], rates: Rates, of: Callable[[Fact], Decimal]) -> Decimal:
    total = Decimal(0)
    for fact in seen:
        if fact.currency is not None:
            total += rates.into(of(fact), fact.currency, fact.occurred_on) or 0
    return total


def _profit(seen: Iterable[Fact], rates: Rates) -> Decimal | None:
    """Return amounts less costs; None if a fact with money has no cost."""
    money = [fact for fact in seen if fact.currency is not None]
    if any(fact.cost is None for fact in money):
        return None
    return _total(money, rates, lambda fact: fact.amount - (fact.cost or 0))


def _changes_on(
    facts: Iterable[Fact],
    recent: Iterable[Fact],
    silence: date | None,
    horizon: Horizon,
    rules: Rules,
) -> date | None:
    """Return the next day on which a fact begins to count, leaves the months, or silence begins."""
    days = {fact.occurred_on for fact in facts if fact.superseded_at is None}
    days |= {leaves_on(fact.occurred_on, rules.ladder_months) for fact in recent if fact.currency}
    if silence:
        days.add(silence)
    return min((day for day in days if day > horizon.as_of), default=None)

"""Every SELECT on exchange rates."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.scoring.facts.exchange_rate.domain import Rates
from services.scoring.facts.exchange_rate.models import ExchangeRate
from services.scoring.facts.fact.domain import Fact


def rates_for(session: Session, facts: Iterable[Fact], *, into: str) -> Rates:
    """Give the rates that these facts need to be in one currency."""
    foreign = {fact.currency for fact in facts} - {into, None}
    if not foreign:
        return Rates(into, {})
    rate = ExchangeRate
    statement = select(rate.currency, rate.day, rate.rate).where(
        rate.target == into, rate.currency.in_(foreign)
    )
    return Rates(
        into, {(currency, day): each for currency, day, each in session.execute(statement)}
    )

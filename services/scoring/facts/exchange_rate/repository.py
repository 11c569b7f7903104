"""Every SELECT on exchange rates."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.scoring.facts.exchange_rate.domain import Rates
from services.scoring.facts.exchange_rate.models import ExchangeRate
from services.scoring.facts.fact.domain import Fact


def rates_for(session: Session, facts: Iterable[Fact], *, into: str) -> Rates:
    """Return the rates that convert these facts into one currency, as far as they are known."""
    foreign = {fact.currency for fact in facts} - {into, None}
    if not foreign:
        return Rates(into, {})
    statement = select(ExchangeRate.currency, ExchangeRate.day, ExchangeRate.rate).where(
        ExchangeRate.target == into, ExchangeRate.currency.in_(foreign)
    )
    known = {(currency, day): rate for currency, day, rate in session.execute(statement)}
    return Rates(into, known)

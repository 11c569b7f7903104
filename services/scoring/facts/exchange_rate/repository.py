"""Every SELECT on exchange rates."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.scoring.facts.exchange_rate.domain import ExchangeRates
from services.scoring.facts.exchange_rate.models import ExchangeRate
from services.scoring.facts.fact.domain import Fact


def rates_for(session: Session, facts: Iterable[Fact], *, target: str) -> ExchangeRates:
    """Return the known rates that convert the amounts of these facts into the currency `target`."""
    foreign = {fact.currency for fact in facts} - {target, None}
    if not foreign:
        return ExchangeRates(target, {})
    statement = select(ExchangeRate.currency, ExchangeRate.day, ExchangeRate.rate).where(
        ExchangeRate.target == target, ExchangeRate.currency.in_(foreign)
    )
    known = {(currency, day): rate for currency, day, rate in session.execute(statement)}
    return ExchangeRates(target, known)

"""How the company asks: in its zone and its currency, by its clock."""

from datetime import date, datetime

from services.scoring.facts.fact.domain import Horizon
from services.scoring.figures.as_of.domain import Question
from shared import clock
from shared.settings import ServiceSettings


def today(settings: ServiceSettings) -> date:
    """Tell the company's day."""
    return clock.local_day(clock.now(), settings.zone)


def question(
    settings: ServiceSettings,
    as_of: date,
    *,
    until: datetime | None = None,
    known_by: datetime | None = None,
    currency: str | None = None,
) -> Question:
    """Ask about a local day, or about a moment of it."""
    return Question.about(
        Horizon(as_of=as_of, until=until, known_by=known_by),
        home=settings.currency,
        zone=settings.zone,
        now=clock.now(),
        currency=currency,
    )

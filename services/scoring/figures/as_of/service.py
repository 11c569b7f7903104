"""Points in time, built with the present time and the company's time zone and currency."""

from datetime import date, datetime

from services.scoring.facts.fact.domain import Cutoff
from services.scoring.figures.as_of.domain import PointInTime
from shared import clock
from shared.settings import ServiceSettings


def today(settings: ServiceSettings) -> date:
    """Return today's date in the company's time zone."""
    return clock.local_day(clock.now(), settings.zone)


def point_in_time(
    settings: ServiceSettings,
    as_of: date,
    *,
    until: datetime | None = None,
    known_by: datetime | None = None,
    currency: str | None = None,
) -> PointInTime:
    """Return the point in time at the end of a local day, or at the moment `until` on that day."""
    return PointInTime.from_cutoff(
        Cutoff(as_of=as_of, until=until, known_by=known_by),
        home_currency=settings.currency,
        zone=settings.zone,
        now=clock.now(),
        currency=currency,
    )

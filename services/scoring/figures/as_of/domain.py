"""The point in time for which figures are computed; it selects facts, value model and currency."""

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from services.scoring.facts.fact.domain import Cutoff


@dataclass(frozen=True, slots=True, kw_only=True)
class PointInTime:
    """The day or moment for which figures are computed, and their currency.

    The figures are computed from the facts that `cutoff` includes, with the value model that was
    active at `moment`. `is_current` is True if the figures are those of now in the company's
    currency, so that stored figures can be used.
    """

    cutoff: Cutoff
    currency: str
    moment: datetime
    is_current: bool

    @classmethod
    def from_cutoff(
        cls,
        cutoff: Cutoff,
        *,
        home_currency: str,
        zone: ZoneInfo,
        now: datetime,
        currency: str | None = None,
    ) -> "PointInTime":
        """Return the point in time that belongs to a cutoff.

        `home_currency` is the company's currency, in which the figures are unless `currency` is
        given. The moment is the end of the cutoff's last day, or its `until`, but never after now.
        """
        day, until = cutoff.as_of, cutoff.until
        is_today = cutoff == Cutoff(as_of=now.astimezone(zone).date())
        return cls(
            cutoff=cutoff,
            currency=currency or home_currency,
            moment=min(now, until or end_of(day, zone)),
            is_current=is_today and currency in (None, home_currency),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The days from `start` to the point in time `end`, both included.

    If `start` is None, the period includes all facts up to `end`.
    """

    start: date | None
    end: PointInTime


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """Return the last moment of a local day."""
    return datetime.combine(day, time.max, zone)

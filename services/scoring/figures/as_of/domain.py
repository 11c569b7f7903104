"""What is asked about figures: as of when, as known by when, in which currency."""

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from services.scoring.facts.fact.domain import Horizon


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked about figures; the model that counts is the one active at `moment`.

    `kept`: it is about now, in the company's currency, so that what is kept answers it.
    """

    horizon: Horizon
    currency: str
    moment: datetime
    kept: bool

    @classmethod
    def about(
        cls,
        horizon: Horizon,
        *,
        home: str,
        zone: ZoneInfo,
        now: datetime,
        currency: str | None = None,
    ) -> "Question":
        """Ask about a horizon, in the company's currency (`home`) if no other is named."""
        day, until = horizon.as_of, horizon.until
        about_now = horizon == Horizon(as_of=now.astimezone(zone).date())
        return cls(
            horizon=horizon,
            currency=currency or home,
            moment=min(now, until or end_of(day, zone)),
            kept=about_now and currency in (None, home),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A question about a date, or about the time from one to another, both included."""

    question: Question
    start: date | None


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """Tell the last moment of a local day."""
    return datetime.combine(day, time.max, zone)

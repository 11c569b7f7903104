"""The point in time that figures are about: its facts, its value model, its currency."""

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from services.scoring.facts.fact.domain import Horizon


@dataclass(frozen=True, slots=True, kw_only=True)
class PointInTime:
    """A point in time, with the currency of its figures.

    The facts that count are those within `horizon`, the value model is the one active at `moment`.
    `is_current`: it is now and in the company's currency, so that stored figures can answer.
    """

    horizon: Horizon
    currency: str
    moment: datetime
    is_current: bool

    @classmethod
    def of(
        cls,
        horizon: Horizon,
        *,
        home: str,
        zone: ZoneInfo,
        now: datetime,
        currency: str | None = None,
    ) -> "PointInTime":
        """Return the point in time of a horizon, by default in the company's currency (`home`)."""
        day, until = horizon.as_of, horizon.until
        is_now = horizon == Horizon(as_of=now.astimezone(zone).date())
        return cls(
            horizon=horizon,
            currency=currency or home,
            moment=min(now, until or end_of(day, zone)),
            is_current=is_now and currency in (None, home),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The days from `start` to the point in time `end`, both included.

    Without `start` the period has no beginning: all facts before `end` count.
    """

    start: date | None
    end: PointInTime


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """Return the last moment of a local day."""
    return datetime.combine(day, time.max, zone)

"""The one clock: UTC now, and the local day of a moment."""

from contextlib import suppress
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

FIRST_YEAR, LAST_YEAR = 1900, 9998
"""Years of UTC that a moment may lie in, so that no time zone pushes it out of the calendar."""


def now() -> datetime:
    """Tell the present moment, in UTC."""
    return datetime.now(UTC)


def local_day(moment: datetime, zone: ZoneInfo) -> date:
    """Tell the business day on which an aware moment falls."""
    return moment.astimezone(zone).date()


def to_utc(moment: datetime) -> datetime:
    """Give an aware moment in UTC. ValueError if it lies outside the years that one may lie in."""
    found = None
    with suppress(OverflowError):
        found = moment.astimezone(UTC)
    if found is None or not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise ValueError(f"Give a year from {FIRST_YEAR} to {LAST_YEAR}.")
    return found

"""The clock of the system, and conversions between UTC, local days and times with offsets."""

from contextlib import suppress
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

FIRST_YEAR, LAST_YEAR = 1900, 9998
"""The years in UTC that a time may be in: in no time zone it then leaves the calendar of Python."""


def now() -> datetime:
    """Return the current time, in UTC."""
    return datetime.now(UTC)


def local_day(moment: datetime, zone: ZoneInfo) -> date:
    """Return the local date of an aware time."""
    return moment.astimezone(zone).date()


def to_utc(moment: datetime) -> datetime:
    """Return an aware time in UTC; raise ValueError if its year is not in the range above."""
    utc = None
    with suppress(OverflowError):
        utc = moment.astimezone(UTC)
    if utc is None or not FIRST_YEAR <= utc.year <= LAST_YEAR:
        raise ValueError(f"Give a year from {FIRST_YEAR} to {LAST_YEAR}.")
    return utc

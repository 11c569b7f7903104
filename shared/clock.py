"""The clock of the system, and conversions between UTC, local days and times with offsets."""

from contextlib import suppress
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from shared.errors import InvalidValue
from shared.faults import MOMENT

FIRST_YEAR, LAST_YEAR = 1900, 9998
"""The first and the last year, in UTC, of a time. Python's calendar ends with the year 9999, so a
time of these years can be converted to every time zone."""


def now() -> datetime:
    """Return the current time, in UTC."""
    return datetime.now(UTC)


def local_day(moment: datetime, zone: ZoneInfo) -> date:
    """Return the local date, in this zone, of a time with an offset."""
    return moment.astimezone(zone).date()


def to_utc(moment: datetime) -> datetime:
    """Convert a time that has an offset to UTC.

    Raises InvalidValue if its year in UTC is before FIRST_YEAR or after LAST_YEAR.
    """
    utc = None
    with suppress(OverflowError):
        utc = moment.astimezone(UTC)
    if utc is None or not FIRST_YEAR <= utc.year <= LAST_YEAR:
        raise InvalidValue(MOMENT, f"Give a year from {FIRST_YEAR} to {LAST_YEAR}.")
    return utc

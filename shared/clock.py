"""The clock of the system, and conversions between UTC, local days and times with offsets."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from shared.errors import InvalidValue
from shared.faults import OUT_OF_RANGE

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(9998, 12, 31)
"""The first and the last day of days, and of times in UTC, that requests and files may state.

Python's calendar ends with the year 9999, so a time of these days can be converted to every time
zone."""


def now() -> datetime:
    """Return the current time, in UTC."""
    return datetime.now(UTC)


def local_day(moment: datetime, zone: ZoneInfo) -> date:
    """Return the local date, in this zone, of a time with an offset."""
    return moment.astimezone(zone).date()


def to_utc(moment: datetime) -> datetime:
    """Convert a time that has an offset to UTC.

    Raises InvalidValue if its day in UTC is before FIRST_DAY or after LAST_DAY.
    """
    try:
        utc = moment.astimezone(UTC)
    except OverflowError as error:
        raise _out_of_range() from error
    checked_day(utc.date())
    return utc


def checked_day(day: date) -> date:
    """Return the day unchanged; raises InvalidValue if it is before FIRST_DAY or after LAST_DAY."""
    if not FIRST_DAY <= day <= LAST_DAY:
        raise _out_of_range()
    return day


def _out_of_range() -> InvalidValue:
    """Return the error of a day, or of a time in UTC, outside FIRST_DAY and LAST_DAY."""
    return InvalidValue(OUT_OF_RANGE, min=FIRST_DAY, max=LAST_DAY)

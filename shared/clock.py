"""The one clock: UTC now, and the local day of a moment."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

FIRST_YEAR, LAST_YEAR = 1900, 9998
"""Years that a moment may lie in, so that no time zone pushes it out of the calendar."""


def now() -> datetime:
    """Tell the present moment, in UTC."""
    return datetime.now(UTC)


def local_day(moment: datetime, zone: ZoneInfo) -> date:
    """Tell the business day on which an aware moment falls."""
    return moment.astimezone(zone).date()

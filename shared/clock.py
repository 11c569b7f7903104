"""The one clock: UTC now, and the local day of a moment."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """Tell the present moment, in UTC."""
    return datetime.now(UTC)


def local_day(moment: datetime, zone: ZoneInfo) -> date:
    """Tell the business day on which an aware moment falls."""
    return moment.astimezone(zone).date()

"""Windows of whole months up to a day: (the same day so many months before, the day itself]."""

from calendar import monthrange
from datetime import date


def months_before(day: date, months: int) -> date:
    """Go back whole months; a day that the month does not have becomes its last."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def leaves_on(day: date, months: int) -> date:
    """Tell the first day whose window of months no longer holds `day`."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if day.day <= monthrange(year, month + 1)[1]:
        return date(year, month + 1, day.day)
    return date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)

"""Loyalty (忠诚度): when a customer becomes silent, and on which rung of the ladder a customer is.

The ladder shows the revenue of the last N months up to a day. Revenue of the last N months is the
revenue from the day after the same day N months earlier, up to and including the day itself.
"""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

from services.scoring.modelling.value_model.domain import RungRule, SilenceRule
from shared.contracts.scoring.score import Rung


def first_silent_day(purchase_days: Sequence[date], rule: SilenceRule) -> date | None:
    """Return the day from which a customer is silent unless there is another purchase.

    `purchase_days` are the distinct days with a purchase, earliest first. Silence begins on the day
    *after* the allowed number of days without a purchase. The result is None without a purchase,
    and if silence would begin after the end of the calendar.
    """
    if not purchase_days:
        return None
    allowed_days = _allowed_days(purchase_days, rule)
    if allowed_days >= (date.max - purchase_days[-1]).days:
        return None
    return purchase_days[-1] + timedelta(days=allowed_days + 1)


def _allowed_days(purchase_days: Sequence[date], rule: SilenceRule) -> int:
    """Return how many days may pass after the last purchase day before the customer is silent.

    A multiple of the median gap is rounded down to whole days, because a median may end in 0.5.
    """
    if len(purchase_days) < rule.min_purchase_days:
        return rule.default_days
    gaps = sorted((later - earlier).days for earlier, later in pairwise(purchase_days))
    middle = len(gaps) // 2
    twice_median = gaps[middle] * 2 if len(gaps) % 2 else gaps[middle - 1] + gaps[middle]
    return max(int(rule.gap_factor * twice_median / 2), rule.min_days)


def rung(*, purchase_days: int, silent: bool, disqualified: bool, rule: RungRule) -> Rung:
    """Return the rung of a customer: `inactive` if silent, else the highest rung that applies.

    The rungs prospect, member, advocate and partner of the loyalty ladder depend on data that no
    service publishes yet (contacts, enrolments, referrals and partnerships), so no customer is on
    these rungs.
    """
    if silent:
        return Rung.INACTIVE
    if purchase_days >= rule.client:
        return Rung.CLIENT
    if purchase_days >= rule.repeat:
        return Rung.REPEAT
    if purchase_days >= 1:
        return Rung.FIRST_TIME
    return Rung.DISQUALIFIED if disqualified else Rung.SUSPECT


def months_before(day: date, months: int) -> date:
    """Return the same day `months` months earlier; in a month that is too short, its last day.

    A day before the beginning of the calendar becomes the first day of the calendar.
    """
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    if year < date.min.year:
        return date.min
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def first_day_outside(day: date, months: int) -> date | None:
    """Return the first day on which `day` is no longer within the last `months` months.

    The result is None if that would be after the end of the calendar.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > date.max.year:
        return None
    if day.day <= monthrange(year, month + 1)[1]:
        return date(year, month + 1, day.day)
    return date(year, month + 2, 1)  # the same year: a month that is too short is never December

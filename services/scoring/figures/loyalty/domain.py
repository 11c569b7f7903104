"""Loyalty (忠诚度): the rhythm of a customer's purchases, silence, and the rung of the ladder.

What a rung brought is counted in whole months up to a day: from the same day so many months before,
which is left out, to the day itself.
"""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

from services.scoring.modelling.value_model.domain import RungRule, SilenceRule


class Rung(StrEnum):
    """The rungs, lowest first; `inactive` stands beside them and wins over all but partner."""

    SUSPECT = "suspect"
    PROSPECT = "prospect"
    DISQUALIFIED = "disqualified"
    FIRST_TIME = "first_time"
    REPEAT = "repeat"
    CLIENT = "client"
    MEMBER = "member"
    ADVOCATE = "advocate"
    PARTNER = "partner"
    INACTIVE = "inactive"


def silent_from(days: Sequence[date], rule: SilenceRule) -> date | None:
    """Tell the first day of silence if nothing more is bought; None without a purchase.

    `days` are distinct and in order. Silence needs *more* than the allowed days, so it begins on
    the day after them; half a day in the median gap, times the factor, is rounded down with them.
    """
    if not days:
        return None
    return days[-1] + timedelta(days=_allowed(days, rule) + 1)


def _allowed(days: Sequence[date], rule: SilenceRule) -> int:
    if len(days) < rule.from_days:
        return rule.otherwise
    gaps = sorted((later - earlier).days for earlier, later in pairwise(days))
    middle = len(gaps) // 2
    twice_median = gaps[middle] * 2 if len(gaps) % 2 else gaps[middle - 1] + gaps[middle]
    return max(int(rule.factor * twice_median / 2), rule.least)


def rung(*, purchase_days: int, silent: bool, disqualified: bool, rule: RungRule) -> Rung:
    """Place a customer on the ladder: the highest rung whose rule holds.

    Prospect, member, advocate and partner need contacts, enrolments, referrals and bonds, which
    no event tells of yet: until then nobody stands on them.
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
    """Go back whole months; a day that the month does not have becomes its last."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def leaves_on(day: date, months: int) -> date:
    """Tell the first day whose window of months no longer holds `day`."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if day.day <= monthrange(year, month + 1)[1]:
        return date(year, month + 1, day.day)
    return date(year, month + 2, 1)  # in the same year: December lacks no day

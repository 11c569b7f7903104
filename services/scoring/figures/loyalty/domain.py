"""Loyalty (忠诚度): silence by the rhythm of a customer's purchases, and the rung of the ladder.

The revenue of a rung is that of whole months up to a day: it begins after the same day so many
months before and includes the day itself.
"""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

from services.scoring.modelling.value_model.domain import RungRule, SilenceRule


class Rung(StrEnum):
    """The rungs of the ladder, lowest first; `inactive` wins over all others but `partner`."""

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
    """Return the first day of silence if nothing more is bought; None without a purchase.

    `days` are the distinct purchase days in order. Silence begins on the day *after* the allowed
    number of days without a purchase. That number is rounded down, because the median gap may have
    half a day.
    """
    if not days:
        return None
    return days[-1] + timedelta(days=_allowed_days(days, rule) + 1)


def _allowed_days(days: Sequence[date], rule: SilenceRule) -> int:
    """Return how many days without a purchase are allowed after these purchase days."""
    if len(days) < rule.from_days:
        return rule.otherwise
    gaps = sorted((later - earlier).days for earlier, later in pairwise(days))
    middle = len(gaps) // 2
    twice_median = gaps[middle] * 2 if len(gaps) % 2 else gaps[middle - 1] + gaps[middle]
    return max(int(rule.factor * twice_median / 2), rule.least)


def rung(*, purchase_days: int, silent: bool, disqualified: bool, rule: RungRule) -> Rung:
    """Return `inactive` for a silent customer, otherwise the highest rung whose rule they meet.

    Prospect, member, advocate and partner need contacts, enrolments, referrals and bonds. There are
    no events of these yet, so no customer has these rungs.
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
    """Return the same day so many months before, or the last day of a month that is too short."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def leaves_on(day: date, months: int) -> date:
    """Return the first day on which `day` is not within the last `months` months any more."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if day.day <= monthrange(year, month + 1)[1]:
        return date(year, month + 1, day.day)
    return date(year, month + 2, 1)  # never in the next year: December has 31 days

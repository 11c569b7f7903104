"""When in the year the demo company sells what: heat, cold, shopping festivals, Spring Festival."""

from bisect import bisect_left
from datetime import date, timedelta
from itertools import accumulate
from random import Random

from deploy.demo.story import DAYS, START

_STEADY = (1.0,) * 12
_SEASONS = {
    "air_conditioners": (0.3, 0.3, 0.6, 1.1, 1.9, 2.4, 2.2, 1.4, 0.6, 0.3, 0.4, 0.3),
    "climate_small": (1.3, 0.8, 0.5, 0.5, 0.9, 1.4, 1.6, 1.2, 0.5, 0.6, 1.4, 1.6),
    "water_heaters": (1.2, 0.8, 0.8, 0.8, 0.7, 0.8, 0.6, 0.7, 0.9, 1.2, 1.7, 1.6),
    "refrigerators": (0.7, 0.6, 0.8, 1.0, 1.3, 1.5, 1.3, 1.1, 0.9, 0.9, 1.1, 0.8),
}
_TRAFFIC = (0.95, 0.55, 0.9, 0.95, 1.15, 1.45, 1.0, 0.9, 0.95, 1.1, 1.7, 1.1)
_GROWTH_A_YEAR = 0.09
_FESTIVALS = {6: 18, 11: 11}
_DAYS_BEFORE = 10


def leaning(category: str, month: int) -> float:
    """Return how much more than on average a category is bought in a month of 1 to 12."""
    return _SEASONS.get(category, _STEADY)[month - 1]


def traffic(day: date) -> float:
    """Return how much more than at the start customers order around a day."""
    years = (day - START).days / 365
    return float(_TRAFFIC[day.month - 1] * (1 + _GROWTH_A_YEAR) ** years)


_PASSED = list(accumulate(traffic(START + timedelta(days=day)) for day in range(DAYS + 1)))


def later(day: date, *, quiet_days: float) -> date:
    """Return the day by which as much trade has passed as in so many days of the first season.

    A day after the end of the story when that much does not pass any more.
    """
    position = (day - START).days
    return START + timedelta(
        days=max(position + 1, bisect_left(_PASSED, _PASSED[position] + quiet_days))
    )


def some_day(rng: Random) -> date:
    """Draw a day of the story, brisk days more often."""
    return START + timedelta(days=bisect_left(_PASSED, rng.random() * _PASSED[-1]))


def festival(day: date) -> bool:
    """Tell whether a shopping festival (618 and 双十一) is on: its day and the ten before."""
    last = _FESTIVALS.get(day.month)
    return last is not None and 0 <= last - day.day <= _DAYS_BEFORE

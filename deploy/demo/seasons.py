"""How the sales of the demo company change with the seasons and with shopping festivals."""

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
_GROWTH_PER_YEAR = 0.09
_FESTIVALS = {6: 18, 11: 11}
"""Month and day of the month."""
_DAYS_BEFORE = 10


def seasonal_factor(category: str, month: int) -> float:
    """Return the sales of a product category in a month (1 to 12); 1.0 is an average month."""
    return _SEASONS.get(category, _STEADY)[month - 1]


def traffic(day: date) -> float:
    """Return how many orders a day brings; 1.0 is an average day of the first year."""
    years = (day - START).days / 365
    return float(_TRAFFIC[day.month - 1] * (1 + _GROWTH_PER_YEAR) ** years)


_CUMULATED_TRAFFIC = list(
    accumulate(traffic(START + timedelta(days=day)) for day in range(DAYS + 1))
)


def later(day: date, *, quiet_days: float) -> date:
    """Return the day that is `quiet_days` days of average traffic after `day`.

    Days with much traffic count for more, so that the day comes sooner in busy seasons. The
    returned day is at least one day after `day`, and at most one day after END.
    """
    position = (day - START).days
    return START + timedelta(
        days=max(
            position + 1, bisect_left(_CUMULATED_TRAFFIC, _CUMULATED_TRAFFIC[position] + quiet_days)
        )
    )


def random_day(rng: Random) -> date:
    """Return a random day of the three years; days with much traffic are more likely."""
    return START + timedelta(
        days=bisect_left(_CUMULATED_TRAFFIC, rng.random() * _CUMULATED_TRAFFIC[-1])
    )


def is_festival(day: date) -> bool:
    """Return whether a day is a shopping festival (618, 双十一) or one of the ten days before."""
    festival_day = _FESTIVALS.get(day.month)
    return festival_day is not None and 0 <= festival_day - day.day <= _DAYS_BEFORE

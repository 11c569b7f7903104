"""The days between which the demo company's story takes place; fixed, so that it never changes."""

from dataclasses import dataclass
from datetime import date
from random import Random

SEED = 20261031
START = date(2023, 11, 1)
END = date(2026, 10, 31)
DAYS = (END - START).days

WEST_WAREHOUSE = date(2025, 7, 1)
BAD_BATCH = (date(2025, 9, 1), date(2026, 2, 28))
BAD_BATCH_PRODUCTS = ("GY-090", "XY-120")


@dataclass(frozen=True, slots=True)
class Wave:
    """One round of the satisfaction survey (调研批次)."""

    code: str
    title: str
    title_en: str
    opens: date
    closes: date


WAVES = (
    Wave("2025", "2025年春季调研", "Spring 2025", date(2025, 3, 10), date(2025, 4, 6)),
    Wave("2026", "2026年春季调研", "Spring 2026", date(2026, 3, 9), date(2026, 4, 5)),
)


def chance(seed: int, *purpose: str) -> Random:
    """Return the stream of random numbers of one purpose, independent of all others."""
    return Random("/".join((str(seed), *purpose)))  # noqa: S311 - a story, no secret

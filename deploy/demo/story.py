"""The fixed dates of the demo company's story, and its generators of random numbers."""

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


def random_stream(seed: int, *purpose: str) -> Random:
    """Return a random generator for one purpose.

    The numbers of the generator do not change when the code for another purpose draws more or fewer
    numbers.
    """
    return Random("/".join((str(seed), *purpose)))  # noqa: S311 - invented data, no secret

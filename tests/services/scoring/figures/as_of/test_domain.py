"""A date and the clock determine the exact time of a figure, and whether it is the present.

The date is a local day in the company's time zone.
"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.scoring.facts.fact.domain import Cutoff
from services.scoring.figures.as_of.domain import PointInTime

SHANGHAI = ZoneInfo("Asia/Shanghai")
NIGHT = datetime(2024, 6, 1, 17, 30, tzinfo=UTC)
"""The present time of the test: 01:30 on 2 June in Shanghai."""


@pytest.mark.parametrize(
    ("as_of", "moment", "is_current"),
    [
        (date(2024, 6, 2), NIGHT, True),
        (date(2024, 6, 3), NIGHT, False),
        (date(2024, 6, 1), datetime(2024, 6, 1, 16, tzinfo=UTC) - timedelta(microseconds=1), False),
    ],
)
def test_the_moment_of_a_local_day_is_the_end_of_the_day_but_never_after_now(
    as_of: date, moment: datetime, *, is_current: bool
) -> None:
    cutoff = Cutoff(as_of=as_of)
    assert PointInTime.from_cutoff(
        cutoff, home_currency="EUR", zone=SHANGHAI, now=NIGHT
    ) == PointInTime(cutoff=cutoff, currency="EUR", moment=moment, is_current=is_current)

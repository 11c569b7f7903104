"""A point in time has the moment whose value model counts, and is current only today."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.scoring.facts.fact.domain import Horizon
from services.scoring.figures.as_of.domain import PointInTime

SHANGHAI = ZoneInfo("Asia/Shanghai")
NIGHT = datetime(2024, 6, 1, 17, 30, tzinfo=UTC)
"""01:30 on the 2nd of June in Shanghai."""


@pytest.mark.parametrize(
    ("as_of", "moment", "is_current"),
    [
        (date(2024, 6, 2), NIGHT, True),
        (date(2024, 6, 3), NIGHT, False),
        (date(2024, 6, 1), datetime(2024, 6, 1, 16, tzinfo=UTC) - timedelta(microseconds=1), False),
    ],
)
def test_the_moment_of_a_local_day_is_its_end_but_never_after_now(
    as_of: date, moment: datetime, *, is_current: bool
) -> None:
    horizon = Horizon(as_of=as_of)
    assert PointInTime.of(horizon, home="EUR", zone=SHANGHAI, now=NIGHT) == PointInTime(
        horizon=horizon, currency="EUR", moment=moment, is_current=is_current
    )

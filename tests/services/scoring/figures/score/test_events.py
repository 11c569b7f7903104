"""A score is news if anything that its event tells has moved, and only then."""

from dataclasses import fields
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from services.scoring.figures.score.events import score_changed, score_facts
from shared.contracts.scoring.score import ScoreFacts

ROW: dict[str, Any] = {
    "customer_id": UUID(int=1),
    "version": 3,
    "made_at": datetime(2026, 1, 1, tzinfo=UTC),
    "as_of": date(2026, 1, 1),
    "model_id": UUID(int=2),
    "model_version": 1,
    "currency": "CNY",
    "value_points": Decimal("2.50"),
    "revenue": Decimal(250_000),
    "purchase_days": 1,
    "rung": "first_time",
    "silent": False,
    "satisfaction_index": Decimal("87.5"),
    "satisfaction_n": 6,
    "excluded": [],
    "profit": None,
    "recent_revenue": Decimal(1),
}
MOVED = {
    "model_id": UUID(int=3),
    "model_version": 2,
    "currency": "EUR",
    "value_points": Decimal(3),
    "revenue": Decimal(3),
    "purchase_days": 2,
    "rung": "repeat",
    "silent": True,
    "satisfaction_index": None,
    "satisfaction_n": 5,
    "excluded": [{"currency": "USD", "facts": 1, "amount": "5"}],
}
SILENT = {
    "version": 4,
    "made_at": datetime(2026, 1, 2, tzinfo=UTC),
    "as_of": date(2026, 1, 2),
    "profit": Decimal(5),
    "recent_revenue": Decimal(2),
    "value_points": Decimal("2.5"),
}


@pytest.mark.parametrize("name", MOVED)
def test_a_row_that_differs_in_what_its_event_says_is_told(name: str) -> None:
    assert score_facts(ROW | {name: MOVED[name]}) != score_facts(ROW)


@pytest.mark.parametrize("name", SILENT)
def test_a_row_that_differs_in_what_no_event_says_is_not_told(name: str) -> None:
    assert score_facts(ROW | {name: SILENT[name]}) == score_facts(ROW)


def test_the_event_tells_the_row() -> None:
    event = score_changed(ROW)
    assert event.satisfaction is not None
    assert (event.satisfaction.index, event.satisfaction.n) == (87.5, 6)
    assert (event.value_points, event.revenue, event.version) == ("2.5", "250000", 3)
    told = {field.name for field in fields(ScoreFacts)}
    assert told <= ROW.keys() | {"recorded_at", "satisfaction"}

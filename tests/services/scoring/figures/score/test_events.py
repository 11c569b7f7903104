"""An event about a score has the figures of its row; only changes of these publish an event."""

from dataclasses import fields
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from services.scoring.figures.score.events import score_changed, score_figures
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
    "last_purchase_on": date(2025, 12, 31),
}
PUBLISHED_CHANGES = {
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
    "recent_revenue": Decimal(2),
    "last_purchase_on": date(2026, 1, 1),
}
UNPUBLISHED_CHANGES = {
    "version": 4,
    "made_at": datetime(2026, 1, 2, tzinfo=UTC),
    "as_of": date(2026, 1, 2),
    "profit": Decimal(5),
    "value_points": Decimal("2.5"),
}


@pytest.mark.parametrize("name", PUBLISHED_CHANGES)
def test_a_change_of_a_published_column_changes_the_event(name: str) -> None:
    assert score_figures(ROW | {name: PUBLISHED_CHANGES[name]}) != score_figures(ROW)


@pytest.mark.parametrize("name", UNPUBLISHED_CHANGES)
def test_a_change_of_an_unpublished_column_does_not_change_the_event(name: str) -> None:
    assert score_figures(ROW | {name: UNPUBLISHED_CHANGES[name]}) == score_figures(ROW)


def test_the_event_about_a_score_has_the_figures_of_its_row() -> None:
    event = score_changed(ROW)
    assert event.satisfaction is not None
    assert (event.satisfaction.index, event.satisfaction.n) == (87.5, 6)
    assert (event.value_points, event.revenue, event.version) == ("2.5", "250000", 3)
    assert (event.recent_revenue, event.last_purchase_on) == ("1", date(2025, 12, 31))
    names = {field.name for field in fields(ScoreFacts)}
    assert names <= ROW.keys() | {"recorded_at", "satisfaction"}

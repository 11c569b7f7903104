"""Builders of the events of scoring, and helpers that handle them and read the stored scores."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from services.registry.customers.score.models import Score
from services.registry.worker import handlers
from shared.contracts.scoring.score import ScoreState
from shared.database import RowView
from shared.messaging.tombstones import Tombstone, WithdrawalReason
from tests.services.harness import Running

COMPUTED_AT = datetime(2026, 3, 1, 4, tzinfo=UTC)


def score_state(customer_id: str | UUID, *, version: int = 1, **changes: Any) -> ScoreState:
    """Return the event of a customer's score: 2.5 points, class B, unless `changes` differ."""
    fields: dict[str, Any] = {
        "customer_id": UUID(str(customer_id)),
        "version": version,
        "recorded_at": COMPUTED_AT,
        "as_of": date(2026, 3, 1),
        "model_id": UUID(int=1),
        "model_version": 1,
        "currency": "CNY",
        "value_points": "2.5",
        "revenue": "250000",
        "purchase_days": 2,
        "rung": "repeat",
        "silent": False,
        "customer_class": "B",
    }
    return ScoreState(**fields | changes)


def withdrawn_score(customer_id: str) -> Tombstone:
    """Return the tombstone of a customer's score."""
    return Tombstone(ScoreState, customer_id, WithdrawalReason.RESTORED)


def handle(registry: Running, *events: ScoreState | Tombstone) -> None:
    """Handle events as the worker does: one batch in one transaction."""
    settings: Any = registry.settings
    with registry.database.transaction() as session:
        handlers(settings)[ScoreState](session, events)


def stored_scores(registry: Running) -> dict[str, RowView]:
    """Return the rows of scores by customer id."""
    with registry.database.reading() as session:
        rows = session.execute(select(Score.__table__)).mappings().all()
    return {str(row["id"]): dict(row) for row in rows}

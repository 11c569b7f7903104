"""The events of a score: pure functions from a stored row to a contract."""

from dataclasses import fields
from datetime import datetime
from typing import Any

from services.scoring.figures.score.models import StoredScore
from services.scoring.models import Row
from shared.contracts.scoring.score import (
    ClassChanged,
    Excluded,
    RungChanged,
    Satisfaction,
    ScoreChanged,
    ScoreFacts,
    ScoreState,
)
from shared.money import format_decimal

_IDENTIFYING = {"customer_id", "version", "as_of"}
"""Columns that identify the customer, the version and the day of an event; not figures."""
_COPIED = [
    field.name
    for field in fields(ScoreFacts)
    if field.name in StoredScore.__table__.c and field.name not in _IDENTIFYING
]
"""Columns of figures that have the name of a field of the events."""


def score_figures(row: Row) -> dict[str, Any]:
    """Return the figures of a score as its events carry them.

    A row whose figures are equal to those before is stored without publishing an event.
    """
    index = row["satisfaction_index"]
    answered = index is not None
    return {name: row[name] for name in _COPIED} | {
        "value_points": format_decimal(row["value_points"]),
        "revenue": format_decimal(row["revenue"]),
        "satisfaction": Satisfaction(index=float(index), n=row["satisfaction_n"])
        if answered
        else None,
        "excluded": [Excluded(**each) for each in row["excluded"]],
    }


def score_changed(row: Row) -> ScoreChanged:
    """Return the event that a score has changed to this row."""
    return ScoreChanged(**_identity(row), **score_figures(row))


def score_state(row: Row) -> ScoreState:
    """Return the state of a score with its class."""
    return ScoreState(**_identity(row), **score_figures(row), customer_class=row["customer_class"])


def rung_changed(row: Row, *, before: str | None) -> RungChanged:
    """Return the event that a customer is on another rung than `before`."""
    return RungChanged(
        customer_id=row["customer_id"],
        version=row["version"],
        recorded_at=row["made_at"],
        before=before,
        rung=row["assigned_rung"],
    )


def class_changed(row: Row, moment: datetime, *, before: str | None) -> ClassChanged:
    """Return the event that another class than `before` is published for a customer."""
    return ClassChanged(
        customer_id=row["customer_id"],
        version=row["version"],
        recorded_at=moment,
        before=before,
        customer_class=row["assigned_class"],
    )


def _identity(row: Row) -> dict[str, Any]:
    return {name: row[name] for name in _IDENTIFYING} | {"recorded_at": row["made_at"]}

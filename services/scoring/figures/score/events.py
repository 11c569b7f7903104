"""The events about scores, rungs and classes, each built from a stored row of a score."""

from dataclasses import fields
from datetime import datetime
from typing import Any

from services.scoring.figures.score.models import StoredScore
from shared.contracts.scoring.score import (
    ClassChanged,
    Excluded,
    RungChanged,
    Satisfaction,
    ScoreChanged,
    ScoreFacts,
    ScoreState,
)
from shared.database import RowView
from shared.money import format_decimal

_IDENTIFYING = {"customer_id", "version", "as_of"}
"""Columns of an event that are not figures: they say which customer, which version, which day."""
_COPIED = [
    field.name
    for field in fields(ScoreFacts)
    if field.name in StoredScore.__table__.c and field.name not in _IDENTIFYING
]
"""Columns with figures that are copied to the field of the same name in the events."""


def score_figures(row: RowView) -> dict[str, Any]:
    """Return the figures of a score in the form in which events carry them.

    If they are equal to those of the row before a change, no event is published.
    """
    index = row["satisfaction_index"]
    return {name: row[name] for name in _COPIED} | {
        "value_points": format_decimal(row["value_points"]),
        "revenue": format_decimal(row["revenue"]),
        "recent_revenue": format_decimal(row["recent_revenue"]),
        "satisfaction": None
        if index is None
        else Satisfaction(index=float(index), n=row["satisfaction_n"]),
        "excluded": [Excluded(**each) for each in row["excluded"]],
    }


def score_changed(row: RowView) -> ScoreChanged:
    """Return the event that publishes a changed score; `row` is the new score."""
    return ScoreChanged(**_identity(row), **score_figures(row))


def score_state(row: RowView) -> ScoreState:
    """Return the state event of a score: its figures and its ABC class."""
    return ScoreState(**_identity(row), **score_figures(row), customer_class=row["customer_class"])


def rung_changed(row: RowView, *, before: str | None) -> RungChanged:
    """Return the event that a customer has moved from the rung `before` to the rung in the row."""
    return RungChanged(
        customer_id=row["customer_id"],
        version=row["version"],
        recorded_at=row["made_at"],
        before=before,
        rung=row["assigned_rung"],
    )


def class_changed(row: RowView, moment: datetime, *, before: str | None) -> ClassChanged:
    """Return the event that a customer has moved from the class `before` to the one in the row."""
    return ClassChanged(
        customer_id=row["customer_id"],
        version=row["version"],
        recorded_at=moment,
        before=before,
        customer_class=row["assigned_class"],
    )


def _identity(row: RowView) -> dict[str, Any]:
    """Return the fields of an event that are not figures: customer, version, day and moment."""
    return {name: row[name] for name in _IDENTIFYING} | {"recorded_at": row["made_at"]}

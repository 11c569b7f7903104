"""What is told of kept scores."""

from dataclasses import fields
from datetime import datetime
from typing import Any

from services.scoring.figures.score.models import KeptScore
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
from shared.money import plain

_WHICH = {"customer_id", "version", "as_of"}
_AS_KEPT = [
    field.name
    for field in fields(ScoreFacts)
    if field.name in KeptScore.__table__.c and field.name not in _WHICH
]
"""What a score tells just as it is kept."""


def score_facts(row: Row) -> dict[str, Any]:
    """Tell what a score says: where nothing of this moved, it is kept anew, but not told."""
    index = row["satisfaction_index"]
    answered = index is not None
    return {name: row[name] for name in _AS_KEPT} | {
        "value_points": plain(row["value_points"]),
        "revenue": plain(row["revenue"]),
        "satisfaction": Satisfaction(index=float(index), n=row["satisfaction_n"])
        if answered
        else None,
        "excluded": [Excluded(**each) for each in row["excluded"]],
    }


def score_changed(row: Row) -> ScoreChanged:
    """Tell a score as it is now."""
    return ScoreChanged(**_which(row), **score_facts(row))


def score_state(row: Row) -> ScoreState:
    """Tell a score as it now stands, with its class."""
    return ScoreState(**_which(row), **score_facts(row), customer_class=row["customer_class"])


def rung_changed(row: Row, *, before: str | None) -> RungChanged:
    """Tell the rung on which a customer stands."""
    return RungChanged(
        customer_id=row["customer_id"],
        version=row["version"],
        recorded_at=row["made_at"],
        before=before,
        rung=row["assigned_rung"],
    )


def class_changed(row: Row, moment: datetime, *, before: str | None) -> ClassChanged:
    """Tell the class that is published of a customer."""
    return ClassChanged(
        customer_id=row["customer_id"],
        version=row["version"],
        recorded_at=moment,
        before=before,
        customer_class=row["assigned_class"],
    )


def _which(row: Row) -> dict[str, Any]:
    return {name: row[name] for name in _WHICH} | {"recorded_at": row["made_at"]}

"""Events about the satisfaction indices of surveys."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.contracts.catalogue import event


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainIndex:
    """The mean of the indices (0 to 100) of `n` responses, with its 95 % confidence interval.

    `index` is null without responses; `low` and `high` are null for fewer than 2 responses.
    """

    n: int
    index: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveIndex(PlainIndex):
    """The satisfaction index of one wave of a survey."""

    wave: str


@event("index.estimated", topic="scoring.index", key="survey_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class IndexEstimated(PlainIndex):
    """The satisfaction index of a survey (from `n` responses) and of each wave was computed.

    `low` and `high` are the bounds of the confidence interval.
    """

    survey_id: UUID
    version: int
    recorded_at: datetime
    waves: list[WaveIndex]

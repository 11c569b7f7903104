"""Events of satisfaction indices."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.contracts.catalogue import event


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainIndex:
    """The mean of the indices of `n` responses, 0 to 100, with its 95 % confidence interval.

    Values that cannot be computed from so few responses are null.
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
    """The satisfaction index of a survey was computed, over all waves and for each wave."""

    survey_id: UUID
    version: int
    recorded_at: datetime
    waves: list[WaveIndex]

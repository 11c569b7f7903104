"""Events of satisfaction indices."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.contracts.catalogue import event


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainIndex:
    """Mean of the responses' indices with its 95 % interval, null where `n` does not allow it."""

    n: int
    index: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveIndex(PlainIndex):
    """The plain index of one wave."""

    wave: str


@event("index.estimated", topic="scoring.index", key="survey_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class IndexEstimated(PlainIndex):
    """The plain satisfaction index of a survey is now this, over all waves and in each."""

    survey_id: UUID
    version: int
    recorded_at: datetime
    waves: list[WaveIndex]

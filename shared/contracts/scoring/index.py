"""Events about the satisfaction indices of surveys."""

from dataclasses import dataclass
from typing import Annotated

from shared.contracts.catalogue import event
from shared.contracts.description import Doc
from shared.contracts.fields import RecordedAt, SurveyId, Version

_Index = Annotated[float, Doc("Satisfaction index.", 82.5, minimum=0, maximum=100)]
_Bound = Annotated[float, Doc("A bound; in old events it may be below 0 or above 100.", 79.5)]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainIndex:
    """The mean of the indices (0 to 100) of `n` responses, with its 95 % confidence interval.

    `index` is null without responses; `low` and `high` are null for fewer than 2 responses.
    """

    n: Annotated[int, Doc("Number of responses.", 40, minimum=0)]
    index: Annotated[_Index | None, Doc("The index; null without responses.")]
    low: Annotated[
        _Bound | None, Doc("Lower bound of the interval; null for fewer than 2 responses.", 79.5)
    ]
    high: Annotated[
        _Bound | None, Doc("Upper bound of the interval; null for fewer than 2 responses.", 85.5)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveIndex(PlainIndex):
    """The satisfaction index of one wave of a survey."""

    wave: Annotated[str, Doc("Code of the wave.", "2026")]


@event("index.estimated", topic="scoring.index", key="survey_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class IndexEstimated(PlainIndex):
    """The satisfaction index of a survey (from `n` responses) and of each wave was computed.

    `low` and `high` are the bounds of the confidence interval.
    """

    survey_id: SurveyId
    version: Version
    recorded_at: RecordedAt
    waves: Annotated[list[WaveIndex], Doc("The same figures for single waves.")]

"""The event that publishes the satisfaction index of a survey."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from services.scoring.figures.satisfaction_index.domain import IndexSums, add_sums, estimate
from services.scoring.figures.satisfaction_index.models import Survey
from shared.contracts.scoring.index import IndexEstimated, WaveIndex


def index_estimated(
    survey: Survey, waves: Mapping[str, IndexSums], moment: datetime
) -> IndexEstimated:
    """Return the event with the indices of a survey and of its waves; `waves` has sums by wave."""
    return IndexEstimated(
        survey_id=survey.id,
        version=survey.estimates,
        recorded_at=moment,
        waves=[WaveIndex(wave=wave, **asdict(estimate(sums))) for wave, sums in waves.items()],
        **asdict(estimate(add_sums(waves.values()))),
    )

"""The event of a satisfaction index."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from services.scoring.figures.satisfaction_index.domain import Sums, estimate, total
from services.scoring.figures.satisfaction_index.models import Survey
from shared.contracts.scoring.index import IndexEstimated, WaveIndex


def index_estimated(survey: Survey, waves: Mapping[str, Sums], moment: datetime) -> IndexEstimated:
    """Return the event with the index of a survey and of each wave, from the sums by wave."""
    return IndexEstimated(
        survey_id=survey.id,
        version=survey.estimates,
        recorded_at=moment,
        waves=[WaveIndex(wave=wave, **asdict(estimate(sums))) for wave, sums in waves.items()],
        **asdict(estimate(total(waves.values()))),
    )

"""Events of surveys: pure functions from the rows of a survey and its waves to a payload."""

from datetime import datetime
from typing import Any

from services.survey.fieldwork.survey.models import Survey, Wave
from shared.contracts.survey import survey as contracts


def survey_published(
    survey: Survey, waves: list[Wave], recorded_at: datetime
) -> contracts.SurveyPublished:
    """Return the event for a survey that was published, or changed while it was published."""
    return contracts.SurveyPublished(**_fields(survey, waves, recorded_at))


def survey_closed(
    survey: Survey, waves: list[Wave], recorded_at: datetime
) -> contracts.SurveyClosed:
    """Return the event for a survey that takes no more answers."""
    return contracts.SurveyClosed(**_fields(survey, waves, recorded_at))


def survey_state(survey: Survey, waves: list[Wave], recorded_at: datetime) -> contracts.SurveyState:
    """Return the state of a survey; ValueError for a draft, which is not published to others."""
    if survey.published_at is None:
        raise ValueError(survey.id)
    return contracts.SurveyState(
        **_fields(survey, waves, recorded_at),
        state=survey.state,
        published_at=survey.published_at,
        closed_at=survey.closed_at,
    )


def _fields(survey: Survey, waves: list[Wave], recorded_at: datetime) -> dict[str, Any]:
    return {
        "survey_id": survey.id,
        "version": survey.version,
        "recorded_at": recorded_at,
        "title": contracts.Title(**survey.title),
        "waves": [
            contracts.Wave(
                code=wave.code,
                questionnaire_id=wave.questionnaire_id,
                questionnaire_version=wave.questionnaire_version,
                closed=wave.closed_at is not None,
            )
            for wave in waves
        ],
        "items": [contracts.CatalogueItem(**item) for item in survey.items],
    }

"""Events of surveys: pure functions from the rows of a survey and its waves to an event."""

from datetime import datetime
from typing import Any

from services.survey.fieldwork.survey.models import Survey, Wave
from shared.contracts.survey import survey as contracts


def survey_published(
    survey: Survey, waves: list[Wave], recorded_at: datetime
) -> contracts.SurveyPublished:
    """Return the event for a survey that was published, or changed after its publication."""
    return contracts.SurveyPublished(**_event_fields(survey, waves, recorded_at))


def survey_closed(
    survey: Survey, waves: list[Wave], recorded_at: datetime
) -> contracts.SurveyClosed:
    """Return the event for a survey that was closed and accepts no more responses."""
    return contracts.SurveyClosed(**_event_fields(survey, waves, recorded_at))


def survey_state(survey: Survey, waves: list[Wave], recorded_at: datetime) -> contracts.SurveyState:
    """Return the state event of a survey; raise ValueError for a draft, which has no events."""
    if survey.published_at is None:
        raise ValueError(survey.id)
    return contracts.SurveyState(
        **_event_fields(survey, waves, recorded_at),
        state=survey.state,
        published_at=survey.published_at,
        closed_at=survey.closed_at,
    )


def _event_fields(survey: Survey, waves: list[Wave], recorded_at: datetime) -> dict[str, Any]:
    """Return the fields that all events of surveys have."""
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
                opened_at=wave.opened_at,
                closed_at=wave.closed_at,
            )
            for wave in waves
        ],
        "items": [contracts.CatalogueItem(**item) for item in survey.items],
    }

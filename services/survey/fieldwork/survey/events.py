"""What is told of a survey: how it now stands, when something of it has changed."""

from datetime import datetime
from typing import Any

from services.survey.fieldwork.survey.models import Survey, Wave
from shared.contracts.survey import survey as contracts


def published(survey: Survey, waves: list[Wave], moment: datetime) -> contracts.SurveyPublished:
    """Tell that it takes answers, or has another title or other waves."""
    return contracts.SurveyPublished(**_facts(survey, waves, moment))


def closed(survey: Survey, waves: list[Wave], moment: datetime) -> contracts.SurveyClosed:
    """Tell that it takes no more answers."""
    return contracts.SurveyClosed(**_facts(survey, waves, moment))


def state(survey: Survey, waves: list[Wave], moment: datetime) -> contracts.SurveyState:
    """Tell all of it, for those who mirror it; drafts are not told."""
    if survey.published_at is None:
        raise ValueError(survey.id)
    return contracts.SurveyState(
        **_facts(survey, waves, moment),
        state=survey.state,
        published_at=survey.published_at,
        closed_at=survey.closed_at,
    )


def _facts(survey: Survey, waves: list[Wave], moment: datetime) -> dict[str, Any]:
    return {
        "survey_id": survey.id,
        "version": survey.version,
        "recorded_at": moment,
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

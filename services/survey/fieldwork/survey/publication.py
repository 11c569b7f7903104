"""The publication of surveys: how the events of stored surveys are built again."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.survey.fieldwork.survey import events, repository
from services.survey.fieldwork.survey.models import Survey
from shared import clock
from shared.bulk import any_of
from shared.contracts.survey.survey import SurveyClosed, SurveyPublished, SurveyState
from shared.publications.publication import Publication


def present(session: Session, ids: Sequence[UUID]) -> list[Any]:
    """Return the fact and the state of each of these surveys that is not a draft."""
    published = select(Survey).where(
        any_of(session, Survey.id, ids), Survey.published_at.is_not(None)
    )
    surveys = session.scalars(published.order_by(Survey.id)).all()
    waves = repository.waves_by_survey(session, [survey.id for survey in surveys])
    moment = clock.now()
    return [
        event
        for survey in surveys
        for event in (
            events.survey_closed(survey, waves[survey.id], moment)
            if survey.closed_at
            else events.survey_published(survey, waves[survey.id], moment),
            events.survey_state(survey, waves[survey.id], moment),
        )
    ]


PUBLICATION = Publication(
    noun="survey.survey",
    classes=(SurveyPublished, SurveyClosed, SurveyState),
    id=Survey.id,
    version=Survey.version,
    present=present,
)

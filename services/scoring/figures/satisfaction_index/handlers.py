"""The extractor of changes from the events of surveys and responses."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from services.scoring.facts.fact.changes import Changes, Extractors
from services.scoring.figures.satisfaction_index import service
from shared.contracts.survey.response import ResponseSubmitted
from shared.contracts.survey.survey import SurveyClosed, SurveyFacts, SurveyPublished
from shared.settings import ServiceSettings


def changes_of_surveys(
    session: Session,
    events: Sequence[SurveyFacts | ResponseSubmitted],
    settings: ServiceSettings,
) -> Changes:
    """Store surveys and responses; return the facts of the responses and changed amounts of facts.

    A single extractor handles both kinds of events, so that each survey of a batch is locked once
    and its index is published once.
    """
    surveys = [event for event in events if isinstance(event, SurveyFacts)]
    responses = [event for event in events if isinstance(event, ResponseSubmitted)]
    return service.apply_events(session, surveys, responses, zone=settings.zone)


EXTRACTORS: Extractors = dict.fromkeys(
    (SurveyPublished, SurveyClosed, ResponseSubmitted), changes_of_surveys
)

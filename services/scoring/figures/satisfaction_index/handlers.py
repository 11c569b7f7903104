"""Changes that surveys and answers make to indices, and to the scores of customers who answered."""

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
    """Store surveys and answers; return the facts of these answers and the amounts that changed.

    Both kinds of events come together, so that a batch locks its surveys once and publishes the
    index of each once.
    """
    surveys = [event for event in events if isinstance(event, SurveyFacts)]
    responses = [event for event in events if isinstance(event, ResponseSubmitted)]
    return service.apply_events(session, surveys, responses, zone=settings.zone)


EXTRACTORS: Extractors = dict.fromkeys(
    (SurveyPublished, SurveyClosed, ResponseSubmitted), changes_of_surveys
)

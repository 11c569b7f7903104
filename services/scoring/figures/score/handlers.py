"""Event door of scores: whatever is told of customers, orders, surveys and answers ends here.

One function for all of it, so that a batch locks its customers once, in the order of their ids,
and each of them is scored and told once.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from services.scoring.facts.customer import service as customer_service
from services.scoring.facts.fact import service as fact_service
from services.scoring.facts.fact.domain import facts_of
from services.scoring.figures.satisfaction_index import service as index_service
from services.scoring.figures.score import service
from shared.contracts.registry.customer import CustomerState
from shared.contracts.registry.order import OrderChanged, OrderPlaced, OrderReturned, OrderSnapshot
from shared.contracts.survey.response import ResponseSubmitted
from shared.contracts.survey.survey import SurveyClosed, SurveyFacts, SurveyPublished
from shared.messaging.consumer import Handler
from shared.settings import ServiceSettings

FOLLOWED = (
    CustomerState,
    OrderPlaced,
    OrderChanged,
    OrderReturned,
    SurveyPublished,
    SurveyClosed,
    ResponseSubmitted,
)


def handlers(settings: ServiceSettings) -> Mapping[type, Handler]:
    """Give the handler of every event that scores follow: one and the same, called once a batch."""
    return dict.fromkeys(FOLLOWED, partial(follow, settings=settings))


def follow(session: Session, events: Sequence[Any], *, settings: ServiceSettings) -> None:
    """Take over a batch of events and bring every score that they touch up to date.

    Whoever may be touched is held before the facts are chained and written.
    """
    surveys = [event for event in events if isinstance(event, SurveyFacts)]
    responses = [event for event in events if isinstance(event, ResponseSubmitted)]
    orders = [event for event in events if isinstance(event, OrderSnapshot)]
    told = customer_service.newest(each for each in events if isinstance(each, CustomerState))
    answered = index_service.follow_surveys(session, surveys, responses, zone=settings.zone)
    fact_service.restate_facts(session, answered.restated)
    drawn = [fact for order in orders for fact in facts_of(order)] + answered.facts
    known = fact_service.known_facts(session, drawn)
    named = told.keys() | answered.touched | fact_service.named_by([*known, *drawn])
    held = customer_service.hold_customers(session, named, told)
    now = customer_service.follow_customers(session, held, told)
    chained = fact_service.chain_facts(known, drawn)
    fact_service.write_facts(session, chained)
    touched = told.keys() | answered.touched | chained.touched
    resorted = {id_ for id_ in told if now[id_]["sort_id"] != held[id_]["sort_id"]}
    current = {id_: now[id_] for id_ in touched}
    service.refresh_scores(session, current, settings=settings, resorted=resorted)

"""Event door: what the registry tells of customers."""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from services.survey.customers.customer import service as customers
from services.survey.fieldwork.response import service
from shared.contracts.registry.customer import CustomerState
from shared.messaging.consumer import Handler
from shared.settings import ServiceSettings


def follow_customers(session: Session, events: Sequence[CustomerState]) -> None:
    """Follow customers, and say of responses that named them whose they are."""
    service.identify_respondents(session, customers.follow_customers(session, events))


def handlers(_settings: ServiceSettings) -> Mapping[type, Handler]:
    """Give the handler of every event that responses follow."""
    return {CustomerState: follow_customers}

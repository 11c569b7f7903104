"""Event door: what the registry tells of customers."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from services.survey.customer import service as customers
from services.survey.response import service
from shared.contracts.registry import CustomerState
from shared.messaging.consumer import Handler


def follow_customers(session: Session, events: Sequence[CustomerState]) -> None:
    """Follow customers, and say of responses that named them whose they are."""
    service.identify_respondents(session, customers.follow_customers(session, events))


HANDLERS: dict[type, Handler] = {
    CustomerState: follow_customers,
}

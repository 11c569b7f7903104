"""Handlers of the events that change responses."""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from services.survey.customers.customer import service as customers
from services.survey.fieldwork.response.identity import identify_respondents
from shared.contracts.registry.customer import CustomerState
from shared.messaging.consumer import Handler
from shared.settings import ServiceSettings


def apply_customer_states(session: Session, events: Sequence[CustomerState]) -> None:
    """Update the customer projection, and the customers of the responses that name them."""
    customer_ids = customers.apply_customer_states(session, events)
    identify_respondents(session, customer_ids)


def handlers(_settings: ServiceSettings) -> Mapping[type, Handler]:
    """Return the handler of each event class that changes responses."""
    return {CustomerState: apply_customer_states}

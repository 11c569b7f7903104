"""The handler of customer events: an event can show to which customer a response belongs."""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from services.survey.customers.customer import service as customers
from services.survey.fieldwork.invitation.service import identify_invited
from services.survey.fieldwork.response.identity import identify_respondents
from shared.contracts.registry.customer import CustomerState
from shared.messaging.consumer import Handler
from shared.messaging.tombstones import Tombstone
from shared.settings import ServiceSettings


def apply_customer_states(session: Session, events: Sequence[CustomerState | Tombstone]) -> None:
    """Store the customers of these events, and set `customer_id` in what belongs to them.

    Responses and invitations may have been stored before their customer was known; they are found
    by external key.
    """
    customer_ids = customers.apply_customer_states(session, events)
    identify_respondents(session, customer_ids)
    identify_invited(session, customer_ids)


def handlers(_settings: ServiceSettings) -> Mapping[type, Handler]:
    """Return the handler of each event class that can change invitations and responses."""
    return {CustomerState: apply_customer_states}

"""Which customer a response belongs to, and the unique identity that follows from it.

The identity ensures that a customer has at most one response to a wave.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from services.survey.customers.customer import repository as customer_repository
from services.survey.customers.customer import service as customers
from services.survey.customers.customer.domain import ExternalKey
from services.survey.fieldwork.response import events, repository
from services.survey.fieldwork.response.domain import Submission, submission_key
from services.survey.fieldwork.response.models import Response
from services.survey.fieldwork.survey.models import Wave
from shared import clock
from shared.database import row_of
from shared.errors import Fault, Invalid
from shared.faults import NOT_VISIBLE, UNKNOWN_CUSTOMER
from shared.ids import new_id
from shared.messaging import outbox
from shared.row_access import Reader, Rows


def check_customer_is_visible(
    session: Session,
    reader: Reader,
    *,
    respondent: ExternalKey | None,
    customer_id: UUID | None,
) -> None:
    """Raise Invalid if the reader could not see the response that it is about to create.

    A reader who does not see all rows must name a customer that it sees. `respondent` is the
    external key of the customer; both arguments are None for an anonymous response.
    """
    customer = respondent or customer_id
    if customer is None and reader.rows is not Rows.ALL:
        advice = "Name a customer that this key sees: it cannot see a response without a customer."
        raise Invalid(Fault("/customer", NOT_VISIBLE, advice))
    if customer is not None and not customer_repository.is_visible_to(session, reader, customer):
        advice = "Register this customer first; the survey service knows it a moment later."
        pointer = "/customer" if respondent else "/customer_id"
        raise Invalid(Fault(pointer, UNKNOWN_CUSTOMER, advice))


def key_of_submission(
    wave: Wave, *, respondent: ExternalKey | None, customer_id: UUID | None
) -> UUID:
    """Return the key of a submission.

    The key is derived from the wave and the respondent; an anonymous submission gets a new unique
    key.
    """
    if respondent is not None:
        return submission_key(wave.id, "respondent", *respondent)
    if customer_id is not None:
        return identity_of_customer(wave, customer_id)
    return new_id()


def identity_of_customer(wave: Wave, customer_id: UUID) -> UUID:
    """Return the identity of a known customer's response to a wave; there is at most one."""
    return submission_key(wave.id, "customer", str(customer_id))


def customers_of(session: Session, submissions: Sequence[Submission]) -> dict[UUID, UUID | None]:
    """Return the customer id of each submission, by the key of the submission.

    The customer id is None if the submission is anonymous or its customer is not known yet.
    """
    external_keys = [s.respondent for s in submissions if s.respondent]
    known_customers = customers.resolve_customers(session, external_keys)
    return {
        s.key: s.customer_id or (known_customers.get(s.respondent) if s.respondent else None)
        for s in submissions
    }


def identify_respondents(session: Session, customer_ids: Mapping[ExternalKey, UUID]) -> None:
    """Set the customer in all stored responses whose respondent has one of these external keys.

    A changed response gets a new version and a `response.submitted` event. The event
    `response.state` is not published again, because the open answers have not changed.
    """
    if not customer_ids:
        return
    rows = repository.of_respondents_for_change(session, customer_ids)
    changed = [row for row in rows if row.customer_id != customer_ids[_external_key(row)]]
    moment = clock.now()
    for row in changed:
        row.customer_id = customer_ids[_external_key(row)]
        row.version, row.recorded_at = row.version + 1, moment
    session.flush()
    outbox.record_all(session, [events.response_submitted(row_of(row)) for row in changed])


def _external_key(row: Response) -> ExternalKey:
    """Return the external key of a response's respondent, ("", "") if it has none."""
    return row.respondent_system or "", row.respondent_id or ""

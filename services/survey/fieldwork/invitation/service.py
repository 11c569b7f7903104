"""Use cases of invitations: invite a customer, set the customer once it is known."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.orm import Session

from services.survey.customers.customer import service as customers
from services.survey.customers.customer.domain import ExternalKey
from services.survey.fieldwork.invitation import repository
from services.survey.fieldwork.invitation.models import Invitation
from services.survey.fieldwork.invitation.problems import AlreadyInvited
from services.survey.fieldwork.response.identity import (
    check_customer_is_visible,
    key_of_submission,
)
from services.survey.fieldwork.survey import service as surveys
from shared import clock
from shared.database import dialect_insert
from shared.errors import Fault, Invalid
from shared.faults import REQUIRED
from shared.ids import new_id
from shared.row_access import Reader

UNKNOWN = "There is no invitation with this id that is visible to you."


def invite_customer(
    session: Session,
    *,
    reader: Reader,
    survey_id: UUID,
    wave_code: str | None,
    respondent: ExternalKey | None,
    customer_id: UUID | None,
    by: str,
) -> Invitation:
    """Invite a customer to a wave of a survey; the wave must be open.

    `wave_code` may be None if only one wave is open. The customer is named by the external key
    `respondent` or by `customer_id`.

    Raises Invalid if no customer is named, or one that is not visible to the reader; Conflict if
    the customer is invited already, or the wave takes no responses; NotFound if there is no such
    survey or wave.
    """
    wave = surveys.wave_for_responses(session, survey_id=survey_id, wave_code=wave_code)
    if respondent is None and customer_id is None:
        raise Invalid(Fault("/customer", REQUIRED, "Name the customer who is invited."))
    check_customer_is_visible(session, reader, respondent=respondent, customer_id=customer_id)
    if respondent is not None:
        customer_id = customers.resolve_customers(session, [respondent]).get(respondent)
    named = respondent if customer_id is None else None
    system, external_id = respondent or (None, None)
    row = {
        "id": new_id(),
        "version": 1,
        "survey_id": survey_id,
        "wave": wave.code,
        "created_at": clock.now(),
        "created_by": by,
        "identity": key_of_submission(wave, respondent=named, customer_id=customer_id),
        "respondent_system": system,
        "respondent_id": external_id,
        "customer_id": customer_id,
    }
    if customer_id is not None and repository.is_invited(session, wave, customer_id):
        raise AlreadyInvited
    insert = dialect_insert(session, Invitation.__table__).values(row).on_conflict_do_nothing()
    if session.scalar(insert.returning(Invitation.__table__.c.id)) is None:
        raise AlreadyInvited
    return Invitation(**row)


def identify_invited(session: Session, customer_ids: Mapping[ExternalKey, UUID]) -> None:
    """Set the customer in all invitations that name a customer by one of these external keys."""
    if not customer_ids:
        return
    for row in repository.of_respondents_for_change(session, customer_ids):
        customer_id = customer_ids[row.respondent or ("", "")]
        if row.customer_id != customer_id:
            row.customer_id, row.version = customer_id, row.version + 1

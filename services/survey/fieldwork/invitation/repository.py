"""Every SELECT on invitations. A reader sees only the invitations of customers visible to it."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from services.survey.customers.customer.domain import ExternalKey
from services.survey.customers.customer.repository import has_any_key, visible_customer_ids
from services.survey.fieldwork.invitation.filters import InvitationFilter
from services.survey.fieldwork.invitation.models import Invitation
from services.survey.fieldwork.survey.models import Wave
from shared.http.listing import Listing
from shared.http.pagination import PageRequest, Slice
from shared.row_access import Reader

INVITATIONS = Listing(
    id=Invitation.id,
    sorts={"created_at": [Invitation.id]},
    default="created_at",
    columns={"wave": Invitation.wave, "customer_id": Invitation.customer_id},
    facets=("wave",),
)
"""The list of the invitations to a survey; their ids grow with the time of creation."""


def visible_to(reader: Reader, statement: Select[Any]) -> Select[Any]:
    """Return a SELECT on invitations, limited to those of customers that the reader may see."""
    visible = visible_customer_ids(reader)
    return statement if visible is None else statement.where(Invitation.customer_id.in_(visible))


def invitation(
    session: Session, reader: Reader, *, survey_id: UUID, invitation_id: UUID
) -> Invitation | None:
    """Return the invitation with this id; None if the survey has none that the reader may see."""
    statement = select(Invitation).where(
        Invitation.survey_id == survey_id, Invitation.id == invitation_id
    )
    found: Invitation | None = session.scalar(visible_to(reader, statement))
    return found


def invitations(
    session: Session,
    reader: Reader,
    filters: InvitationFilter,
    *,
    survey_id: UUID,
    paging: PageRequest,
) -> Slice:
    """Return a page of a survey's invitations that the reader sees and the filters match."""
    statement = visible_to(reader, select(Invitation).where(Invitation.survey_id == survey_id))
    return INVITATIONS.page(session, statement, paging=paging, filters=filters)


def invitation_of_link(session: Session, invitation_id: UUID) -> Invitation | None:
    """Return the invitation that a personal link was signed for, or None."""
    return session.get(Invitation, invitation_id)


def is_invited(session: Session, wave: Wave, customer_id: UUID) -> bool:
    """Return whether a known customer has an invitation to a wave."""
    statement = select(Invitation.id).where(
        Invitation.survey_id == wave.survey_id,
        Invitation.wave == wave.code,
        Invitation.customer_id == customer_id,
    )
    return session.scalar(statement.limit(1)) is not None


def of_respondents_for_change(session: Session, keys: Iterable[ExternalKey]) -> list[Invitation]:
    """Lock and return all invitations of customers who were named by these external keys."""
    is_named = has_any_key(Invitation.respondent_system, Invitation.respondent_id, keys)
    statement = select(Invitation).where(is_named).order_by(Invitation.id).with_for_update()
    return list(session.scalars(statement))

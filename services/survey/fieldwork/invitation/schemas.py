"""Request and response bodies of invitations."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic import ConfigDict, Field

from services.survey.fieldwork.invitation.models import Invitation
from services.survey.fieldwork.survey.domain import LinkPurpose, sign_link_token
from services.survey.fieldwork.survey.schemas import WaveCode
from shared.http.schemas import Body, CustomerReference, ExternalIdIn, ExternalIdOut, FacetedPage

_CREATE: dict[str, Any] = {"wave": "2026-H1", "customer": {"system": "erp", "id": "10017"}}
_STORED: dict[str, Any] = _CREATE | {
    "id": "0199a7c0-0000-7000-8000-000000000061",
    "version": 1,
    "survey_id": "0199a7c0-0000-7000-8000-000000000018",
    "customer_id": "0199a7c0-0000-7000-8000-000000000017",
    "created_at": "2026-01-31T01:30:00Z",
    "link": "/s/AZmnwAAAcACAAAAAAAAAYd6tvu8AAAAAAAAAAAAAAAA",
}


class InvitationCreate(CustomerReference):
    """An invitation of one customer to one wave (邀请)."""

    model_config = ConfigDict(json_schema_extra={"examples": [_CREATE]})

    customer: ExternalIdIn | None = Field(
        None,
        description="The customer who is invited, by the id in another system; either this or "
        "`customer_id` is required. With a key that sees all rows, the customer may be registered "
        "later.",
    )
    customer_id: UUID | None = Field(
        None, description="The customer who is invited, by the id in the registry."
    )
    wave: WaveCode | None = Field(
        None, description="Code of the wave; required if several waves are open."
    )


class InvitationOut(Body):
    """An invitation; `customer_id` is null as long as the customer is unknown."""

    model_config = ConfigDict(json_schema_extra={"examples": [_STORED]})

    id: UUID
    version: int
    created_at: datetime
    survey_id: UUID
    wave: str
    customer: ExternalIdOut | None
    customer_id: UUID | None
    link: str = Field(
        description="Path of the customer's own page (个人答卷链接). A person with it reads and "
        "changes the answers of this customer to the wave, so send it to nobody else. It shows the "
        "questions; once the customer has answered, in whatever way, it shows when, and while the "
        "wave is open the answers can be changed: a change is the next version of the response."
    )


class InvitationPage(FacetedPage[InvitationOut]):
    """A page of invitations."""


WITHOUT_LINK: Final = dict.fromkeys(InvitationOut.model_fields.keys() - {"link"}, True)
"""The fields of an invitation that are stored for the retry of a POST: the link is a secret."""


def personal_link(invitation_id: UUID, key: bytes) -> str:
    """Return the path of the page of an invited customer; `key` is the secret that signs it."""
    return f"/s/{sign_link_token(key, invitation_id, LinkPurpose.PERSONAL)}"


def invitation_out(row: Invitation, key: bytes) -> InvitationOut:
    """Return the response body for an invitation; `key` is the secret that signs its link."""
    customer = None
    if row.respondent is not None:
        system, external_id = row.respondent
        customer = ExternalIdOut(system=system, id=external_id)
    return InvitationOut(
        id=row.id,
        version=row.version,
        created_at=row.created_at,
        survey_id=row.survey_id,
        wave=row.wave,
        customer=customer,
        customer_id=row.customer_id,
        link=personal_link(row.id, key),
    )


def invitation_with_link(stored: Mapping[str, Any], key: bytes) -> InvitationOut:
    """Return the response body for a stored answer, which has all fields but the link."""
    link = personal_link(UUID(stored["id"]), key)
    return InvitationOut.model_validate({**stored, "link": link})

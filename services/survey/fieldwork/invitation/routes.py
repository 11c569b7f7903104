"""HTTP routes of the invitations to a survey."""

from typing import Annotated
from uuid import UUID

import orjson
from fastapi import Path, Query
from starlette.responses import Response

from services.survey.fieldwork.invitation import repository, service
from services.survey.fieldwork.invitation.filters import InvitationFilter
from services.survey.fieldwork.invitation.schemas import (
    WITHOUT_LINK,
    InvitationCreate,
    InvitationOut,
    InvitationPage,
    invitation_out,
    invitation_with_link,
)
from services.survey.fieldwork.survey.repository import link_signing_key
from services.survey.fieldwork.survey.schemas import SurveyId
from services.survey.fieldwork.survey.service import survey_of
from shared.errors import found_or_404
from shared.http.answers import errors, json_response, with_body
from shared.http.conditional import NOT_STORED
from shared.http.dependencies import Caller, Reader, Reading, Transaction
from shared.http.idempotency import Once
from shared.http.list_parameters import paged_by
from shared.http.pagination import PageRequest, answer_page
from shared.http.routing import Router

router = Router(
    prefix="surveys",
    tag="invitations",
    about="Invitations (邀请): each has a personal link, by which one customer answers one wave.",
)


@router.post(
    "/{survey_id}/invitations",
    status_code=201,
    response_model=InvitationOut,
    responses=errors(404, 409),
)
def invite_customer(
    survey_id: SurveyId,
    body: InvitationCreate,
    once: Once,
    session: Transaction,
    reader: Reader,
    caller: Caller,
) -> Response:
    """Invite a customer (邀请) to an open wave of a survey: the answer has a personal link.

    A customer is invited to a wave once: a second invitation is refused with 409 `already_invited`.
    Patron does not send the link. A key with `rows: own` or `rows: team` invites the customers that
    it sees.
    """
    key = link_signing_key(session)

    def invite() -> Response:
        row = service.invite_customer(
            session,
            reader=reader,
            survey_id=survey_id,
            wave_code=body.wave,
            respondent=body.customer_external_id,
            customer_id=body.customer_id,
            by=caller.subject,
        )
        return json_response(
            invitation_out(row, key),
            status=201,
            location=f"/v1/surveys/{survey_id}/invitations/{row.id}",
            headers=NOT_STORED,
            include=WITHOUT_LINK,
        )

    stored = once(invite)
    return with_body(stored, invitation_with_link(orjson.loads(stored.body), key))


@router.get("/{survey_id}/invitations", response_model=InvitationPage, responses=errors(404))
def list_invitations(
    survey_id: SurveyId,
    session: Reading,
    reader: Reader,
    paging: Annotated[PageRequest, paged_by(repository.INVITATIONS, InvitationPage)],
    filters: Annotated[InvitationFilter, Query()],
) -> Response:
    """List the invitations to a survey with their personal links, oldest first."""
    survey_of(session, survey_id)
    found = repository.invitations(session, reader, filters, survey_id=survey_id, paging=paging)
    key = link_signing_key(session)
    return answer_page(
        InvitationPage,
        lambda row: invitation_out(row, key),
        found,
        paging,
        headers=NOT_STORED,
    )


@router.get(
    "/{survey_id}/invitations/{invitation_id}",
    response_model=InvitationOut,
    responses=errors(404),
)
def read_invitation(
    survey_id: SurveyId,
    invitation_id: Annotated[UUID, Path(description="The invitation's id.")],
    session: Reading,
    reader: Reader,
) -> Response:
    """Read one invitation with its personal link."""
    found = repository.invitation(session, reader, survey_id=survey_id, invitation_id=invitation_id)
    row = found_or_404(found, service.UNKNOWN)
    return json_response(invitation_out(row, link_signing_key(session)), headers=NOT_STORED)

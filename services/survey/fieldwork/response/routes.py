"""HTTP routes of the responses to a survey, and of its progress (the number of responses)."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query
from starlette import responses as http

from services.survey.fieldwork.response import repository, service
from services.survey.fieldwork.response.filters import ResponseFilter
from services.survey.fieldwork.response.schemas import (
    ProgressOut,
    SurveyResponseCreate,
    SurveyResponseOut,
    SurveyResponsePage,
    progress_out,
    response_out,
)
from services.survey.fieldwork.survey import repository as surveys
from services.survey.fieldwork.survey.schemas import SurveyId
from services.survey.fieldwork.survey.service import survey_of
from shared.errors import found_or_404
from shared.http.answers import errors, json_response
from shared.http.dependencies import Reader, Reading, Transaction
from shared.http.idempotency import Once
from shared.http.list_parameters import paged_by
from shared.http.pagination import PageRequest, answer_page
from shared.http.routing import Router

router = Router(
    prefix="surveys",
    tag="responses",
    about="Single responses to a survey (答卷).",
)


@router.post(
    "/{survey_id}/responses",
    status_code=201,
    response_model=SurveyResponseOut,
    responses=errors(404, 409),
)
def submit_response(
    survey_id: SurveyId,
    body: SurveyResponseCreate,
    once: Once,
    session: Transaction,
    reader: Reader,
) -> http.Response:
    """Submit one response (答卷).

    An identified respondent can answer a wave only once: a second response is refused with 409
    `already_answered`. (A line of an imported file replaces the earlier answers instead.) Every
    anonymous response counts. A key with `rows: own` or `rows: team` must name a customer that it
    sees, because it could not see the response otherwise; any other customer is refused with 422.
    """

    def submit() -> http.Response:
        created = service.submit_response(
            session,
            reader=reader,
            survey_id=survey_id,
            wave_code=body.wave,
            answers=body.answers,
            channel=body.channel,
            submitted_at=body.submitted_at,
            respondent=body.customer_external_id,
            customer_id=body.customer_id,
        )
        location = f"/v1/surveys/{survey_id}/responses/{created.id}"
        return json_response(response_out(created), status=201, location=location)

    return once(submit)


@router.get("/{survey_id}/responses", response_model=SurveyResponsePage, responses=errors(404))
def list_responses(
    survey_id: SurveyId,
    session: Reading,
    reader: Reader,
    paging: Annotated[PageRequest, paged_by(repository.RESPONSES, SurveyResponsePage)],
    filters: Annotated[ResponseFilter, Query()],
) -> http.Response:
    """List the responses to a survey, oldest first."""
    survey_of(session, survey_id)
    rows = repository.responses(session, reader, filters, survey_id=survey_id, paging=paging)
    return answer_page(SurveyResponsePage, response_out, rows, paging)


@router.get(
    "/{survey_id}/responses/{response_id}", response_model=SurveyResponseOut, responses=errors(404)
)
def read_response(
    survey_id: SurveyId,
    response_id: Annotated[UUID, Path(description="The response's id.")],
    session: Reading,
    reader: Reader,
) -> http.Response:
    """Read one response to a survey."""
    row = repository.response(session, reader, survey_id=survey_id, response_id=response_id)
    return json_response(response_out(found_or_404(row, service.UNKNOWN)))


@router.get("/{survey_id}/progress", response_model=ProgressOut, responses=errors(404))
def read_progress(survey_id: SurveyId, session: Reading) -> http.Response:
    """Read the number of responses so far, by wave and channel.

    The numbers include responses that the key may not read.
    """
    survey = survey_of(session, survey_id)
    waves = surveys.waves(session, survey_id)
    return json_response(
        progress_out(survey, waves, repository.counts_by_wave_and_channel(session, survey_id))
    )

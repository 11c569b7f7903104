"""HTTP door of responses and of a survey's progress."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query
from starlette import responses as http

from services.survey.response import repository, service
from services.survey.response.schemas import (
    NewResponse,
    ProgressBody,
    ResponseBody,
    ResponsePage,
    progress_body,
    response_body,
)
from services.survey.survey import repository as surveys
from services.survey.survey.schemas import SurveyId, WaveCode
from services.survey.survey.service import survey_of
from shared.errors import existing
from shared.http.answers import answer, errors
from shared.http.dependencies import Reader, Reading, Transaction
from shared.http.idempotency import Once
from shared.http.pagination import PageRequest, answer_page, paged_by
from shared.http.routing import Router

router = Router(
    prefix="surveys",
    tag="responses",
    about="Answers to a survey (答卷), one by one.",
)


@router.post(
    "/{survey_id}/responses",
    status_code=201,
    response_model=ResponseBody,
    responses=errors(404, 409),
)
def submit_response(
    survey_id: SurveyId, body: NewResponse, once: Once, session: Transaction, reader: Reader
) -> http.Response:
    """Keep one response (答卷).

    A respondent who is named answers a wave once: the second time is 409 `already_answered`. (A
    line of a file replaces their answers instead.) Responses without a name each count. A key with
    `rows: own` or `rows: team` names a customer that it sees, another one is refused with 422: it
    would not see the response.
    """

    def submit() -> http.Response:
        made = service.submit_response(
            session,
            reader=reader,
            survey_id=survey_id,
            wave=body.wave,
            answers=body.answers,
            channel=body.channel,
            submitted_at=body.submitted_at,
            respondent=body.named,
            customer_id=body.customer_id,
        )
        place = f"/v1/surveys/{survey_id}/responses/{made.id}"
        return answer(response_body(made), made=True, place=place)

    return once(submit)


@router.get("/{survey_id}/responses", response_model=ResponsePage, responses=errors(404))
def list_responses(
    survey_id: SurveyId,
    session: Reading,
    reader: Reader,
    paging: Annotated[PageRequest, paged_by("id")],
    wave: Annotated[
        WaveCode | None, Query(description="Only those of this wave (调研批次).")
    ] = None,
    customer_id: Annotated[
        UUID | None, Query(description="Only those of this customer, by the id in the registry.")
    ] = None,
) -> http.Response:
    """List the responses of a survey in the order in which they came."""
    survey_of(session, survey_id)
    found = repository.responses(
        session, reader, survey_id=survey_id, paging=paging, wave=wave, customer_id=customer_id
    )
    return answer_page(ResponsePage, response_body, found, paging)


@router.get(
    "/{survey_id}/responses/{response_id}", response_model=ResponseBody, responses=errors(404)
)
def read_response(
    survey_id: SurveyId,
    response_id: Annotated[UUID, Path(description="The response's id.")],
    session: Reading,
    reader: Reader,
) -> http.Response:
    """Read one response."""
    found = repository.response(session, reader, survey_id=survey_id, response_id=response_id)
    return answer(response_body(existing(found, service.UNKNOWN)))


@router.get("/{survey_id}/progress", response_model=ProgressBody, responses=errors(404))
def read_progress(survey_id: SurveyId, session: Reading) -> http.Response:
    """Tell how many have answered up to now, by wave and channel.

    All of them are counted, whichever rows a key sees; who has answered is not told.
    """
    survey = survey_of(session, survey_id)
    waves = surveys.waves(session, survey_id)
    return answer(progress_body(survey, waves, repository.counts(session, survey_id)))

"""HTTP routes of surveys and their waves."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import Query
from sqlalchemy.orm import Session
from starlette.responses import Response

from services.survey.design.questionnaire.schemas import LocalizedText
from services.survey.fieldwork.survey import repository, service
from services.survey.fieldwork.survey.filters import SurveyFilter
from services.survey.fieldwork.survey.models import Survey, Wave
from services.survey.fieldwork.survey.schemas import (
    SURVEY_WITHOUT_LINKS,
    WAVE_WITHOUT_LINK,
    SurveyCreate,
    SurveyId,
    SurveyOut,
    SurveyPage,
    SurveyUpdate,
    WaveCode,
    WaveCreate,
    WaveOut,
    WavePage,
    link_to,
    survey_out,
    survey_with_links,
    wave_out,
    wave_with_link,
)
from shared.http.answers import errors, json_response, with_body
from shared.http.conditional import NOT_STORED
from shared.http.dependencies import NEEDS_ALL_ROWS, Caller, ExpectedVersion, Reading, Transaction
from shared.http.idempotency import Idempotency, Once
from shared.http.list_parameters import paged_by
from shared.http.pagination import PageRequest, answer_page
from shared.http.routing import Router

router = Router(
    prefix="surveys",
    tag="surveys",
    about="Surveys (调研): a questionnaire that is asked in waves (批次), and its progress. "
    "Every key can read them; changing them needs a key that sees all rows.",
)


@router.post(
    "",
    status_code=201,
    response_model=SurveyOut,
    responses=errors(403, 409),
    dependencies=[NEEDS_ALL_ROWS],
)
def design_survey(body: SurveyCreate, once: Once, session: Transaction, caller: Caller) -> Response:
    """Create a survey with its first wave, which uses a published version of a questionnaire."""
    # The function's name is the operation id, on which callers rely; the use case is create_survey.

    def create() -> Survey:
        return service.create_survey(
            session,
            questionnaire_id=body.questionnaire_id,
            questionnaire_version=body.questionnaire_version,
            title=_stored_title(body.title),
            wave_code=body.wave,
            target=body.target,
            by=caller.subject,
        )

    return _survey_once(session, once, create, status=201)


@router.get("", response_model=SurveyPage, responses=errors())
def list_surveys(
    session: Reading,
    paging: Annotated[PageRequest, paged_by(repository.SURVEYS, SurveyPage)],
    filters: Annotated[SurveyFilter, Query()],
) -> Response:
    """List surveys, oldest first."""
    surveys = repository.surveys(session, filters, paging=paging)
    waves = repository.waves_by_survey(session, [survey.id for survey in surveys.rows])
    key = repository.link_signing_key(session)
    return answer_page(
        SurveyPage,
        lambda row: survey_out(row, waves[row.id], key),
        surveys,
        paging,
        headers=NOT_STORED,
    )


@router.get("/{survey_id}", response_model=SurveyOut, responses=errors(404))
def read_survey(survey_id: SurveyId, session: Reading) -> Response:
    """Read a survey with its items, its waves, and the links to the waves' pages."""
    key = repository.link_signing_key(session)
    return _survey_response(session, service.survey_of(session, survey_id), key)


@router.patch(
    "/{survey_id}",
    response_model=SurveyOut,
    responses=errors(400, 403, 404, 412, 428),
    dependencies=[NEEDS_ALL_ROWS],
)
def change_survey(
    survey_id: SurveyId, body: SurveyUpdate, expected_version: ExpectedVersion, session: Transaction
) -> Response:
    """Change the title of a survey; respondents still see the title of the questionnaire."""
    changed = service.change_survey(
        session,
        survey_id=survey_id,
        expected_version=expected_version,
        change=body.applied_to,
    )
    return _survey_response(session, changed, repository.link_signing_key(session))


@router.post(
    "/{survey_id}/publish",
    response_model=SurveyOut,
    responses=errors(403, 404, 409),
    dependencies=[NEEDS_ALL_ROWS],
)
def publish_survey(survey_id: SurveyId, once: Once, session: Transaction) -> Response:
    """Publish a survey: it accepts responses through the API, from files and on the waves' pages.

    Every wave of the survey has a page for respondents. Everybody who has the link to the page can
    answer anonymously, any number of times. A page that is sent twice is one response.
    """
    return _survey_once(session, once, lambda: service.publish_survey(session, survey_id=survey_id))


@router.post(
    "/{survey_id}/close",
    response_model=SurveyOut,
    responses=errors(403, 404, 409),
    dependencies=[NEEDS_ALL_ROWS],
)
def close_survey(survey_id: SurveyId, once: Once, session: Transaction) -> Response:
    """Close a survey: it accepts no more responses."""
    return _survey_once(session, once, lambda: service.close_survey(session, survey_id=survey_id))


@router.get("/{survey_id}/waves", response_model=WavePage, responses=errors(404))
def list_waves(survey_id: SurveyId, session: Reading) -> Response:
    """List the waves of a survey, oldest first."""
    service.survey_of(session, survey_id)
    key = repository.link_signing_key(session)
    items = [wave_out(wave, key) for wave in repository.waves(session, survey_id)]
    return json_response(WavePage(items=items, next=None), headers=NOT_STORED)


@router.post(
    "/{survey_id}/waves",
    status_code=201,
    response_model=WaveOut,
    responses=errors(403, 404, 409),
    dependencies=[NEEDS_ALL_ROWS],
)
def open_wave(survey_id: SurveyId, body: WaveCreate, once: Once, session: Transaction) -> Response:
    """Open a further wave of a survey.

    An item that already exists in an earlier wave must keep its type, scale, codes for missing
    answers and role.
    """

    def open_() -> tuple[Survey, Wave]:
        return service.open_wave(
            session,
            survey_id=survey_id,
            code=body.code,
            questionnaire_id=body.questionnaire_id,
            questionnaire_version=body.questionnaire_version,
            target=body.target,
        )

    return _wave_once(session, once, survey_id, open_, status=201)


@router.get("/{survey_id}/waves/{code}", response_model=WaveOut, responses=errors(404))
def read_wave(survey_id: SurveyId, code: WaveCode, session: Reading) -> Response:
    """Read one wave of a survey."""
    survey = service.survey_of(session, survey_id)
    wave = service.wave_of(repository.waves(session, survey_id), code)
    return _wave_response(survey, wave, repository.link_signing_key(session))


@router.post(
    "/{survey_id}/waves/{code}/close",
    response_model=WaveOut,
    responses=errors(403, 404, 409),
    dependencies=[NEEDS_ALL_ROWS],
)
def close_wave(survey_id: SurveyId, code: WaveCode, once: Once, session: Transaction) -> Response:
    """Close one wave of a survey: the wave accepts no more responses."""
    return _wave_once(
        session,
        once,
        survey_id,
        lambda: service.close_wave(session, survey_id=survey_id, code=code),
    )


def _stored_title(text: LocalizedText | None) -> dict[str, str]:
    """Return the title as the dict by language that is stored; {} if the request has no title."""
    return {} if text is None else text.model_dump(exclude_none=True)


def _survey_once(
    session: Session, once: Idempotency, use_case: Callable[[], Survey], *, status: int = 200
) -> Response:
    """Run a use case once, and return the response with its survey; links are not stored."""
    key = repository.link_signing_key(session)

    def answer() -> Response:
        return _survey_response(
            session, use_case(), key, status=status, include=SURVEY_WITHOUT_LINKS
        )

    stored = once(answer)
    content = orjson.loads(stored.body)
    body = survey_with_links(content, _links(session, UUID(content["id"]), key))
    return with_body(stored, body, version=body.version)


def _wave_once(
    session: Session,
    once: Idempotency,
    survey_id: UUID,
    use_case: Callable[[], tuple[Survey, Wave]],
    *,
    status: int = 200,
) -> Response:
    """Run a use case once, and return the response with its wave; the link is not stored."""
    key = repository.link_signing_key(session)
    stored = once(
        lambda: _wave_response(*use_case(), key, status=status, include=WAVE_WITHOUT_LINK)
    )
    content = orjson.loads(stored.body)
    return with_body(stored, wave_with_link(content, _links(session, survey_id, key)))


def _links(session: Session, survey_id: UUID, key: bytes) -> dict[str, str]:
    """Return the links to the pages of a survey's waves by the waves' codes."""
    return {wave.code: link_to(wave, key) for wave in repository.waves(session, survey_id)}


def _survey_response(
    session: Session,
    survey: Survey,
    key: bytes,
    *,
    status: int = 200,
    include: Mapping[str, Any] | None = None,
) -> Response:
    """Return the HTTP response with a survey and its waves; `key` is the secret that signs links.

    `include` names the fields to send; without it all are sent.
    """
    return json_response(
        survey_out(survey, repository.waves(session, survey.id), key),
        status=status,
        location=f"/v1/surveys/{survey.id}",
        version=survey.version,
        headers=NOT_STORED,
        include=include,
    )


def _wave_response(
    survey: Survey,
    wave: Wave,
    key: bytes,
    *,
    status: int = 200,
    include: Mapping[str, Any] | None = None,
) -> Response:
    """Return the HTTP response with a wave; `key` is the secret that signs the link to its page.

    `include` names the fields to send; without it all are sent.
    """
    return json_response(
        wave_out(wave, key),
        status=status,
        location=f"/v1/surveys/{survey.id}/waves/{wave.code}",
        headers=NOT_STORED,
        include=include,
    )

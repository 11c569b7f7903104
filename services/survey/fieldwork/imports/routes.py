"""HTTP routes of imports of answers."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Path, Query
from sqlalchemy.orm import Session
from starlette.responses import Response

from services.survey.fieldwork.imports import repository, service
from services.survey.fieldwork.imports.filters import AnswerImportFilter
from services.survey.fieldwork.imports.models import Import, Rejection
from services.survey.fieldwork.imports.schemas import AnswerImportOut, AnswerImportPage, SentForm
from services.survey.fieldwork.survey import repository as surveys
from services.survey.fieldwork.survey.schemas import SurveyId
from services.survey.fieldwork.survey.service import UNKNOWN
from shared.errors import found_or_404
from shared.http.answers import errors, json_response
from shared.http.dependencies import (
    NEEDS_ALL_ROWS,
    NO_REPEATED_PARTS,
    Caller,
    Reading,
    Store,
    Transaction,
)
from shared.http.idempotency import Once
from shared.http.list_parameters import paged_by
from shared.http.pagination import PageRequest, answer_page
from shared.http.routing import Router
from shared.imports.errors_file import CsvResponse, errors_file
from shared.imports.schemas import MAX_FORM_BYTES, RejectedLineOut, RejectedLinePage
from shared.imports.settings import Settings
from shared.jobs import service as jobs

router = Router(
    prefix="surveys",
    tag="answer imports",
    about="Files of answers to a survey, imported by jobs whose progress can be read.",
    dependencies=[NEEDS_ALL_ROWS],
)

ImportId = Annotated[UUID, Path(description="The import's id.")]


@router.post(
    "/{survey_id}/imports",
    status_code=202,
    response_model=AnswerImportOut,
    responses=errors(403, 404, 409, 413),
    max_body_size=MAX_FORM_BYTES,
    dependencies=[NO_REPEATED_PARTS],
)
def import_answers(
    survey_id: SurveyId,
    form: SentForm,
    once: Once,
    session: Transaction,
    caller: Caller,
    settings: Settings,
) -> Response:
    """Import the answers of a wave from a file.

    The file is stored, and a job imports it; `Location` is the address of the job's progress.
    `errors_url` is the address of the rejected lines, to be corrected and sent again. A line with a
    respondent replaces the answers that the respondent has given to the wave before (POST
    .../responses refuses a second response with 409 `already_answered`). Sending the same file
    twice changes nothing.

    A line with a `response_id`, the id of the answer in `options.system`, such as a survey tool, is
    known again in every file: it is unchanged, or becomes the next version if its answers differ.
    A line without a respondent and without a `response_id` is recognized only by the content of the
    whole file and the line number: if lines were added to the file or sorted, it becomes a further
    response, and `warnings` says so.
    """

    def start() -> Response:
        created = service.start_import(
            session,
            survey_id=survey_id,
            wave_code=form.options.wave,
            options=form.options.job_options(settings.timezone),
            upload=form.upload(limit=settings.import_limit_bytes, by=caller.subject),
        )
        return json_response(
            AnswerImportOut.of(created), status=202, location=AnswerImportOut.location_of(created)
        )

    return once(start, form_content=form.fingerprint)


@router.get("/{survey_id}/imports", response_model=AnswerImportPage, responses=errors(403, 404))
def list_answer_imports(
    survey_id: SurveyId,
    session: Reading,
    paging: Annotated[PageRequest, paged_by(repository.IMPORTS, AnswerImportPage)],
    filters: Annotated[AnswerImportFilter, Query()],
) -> Response:
    """List the imports of a survey, newest first. Needs a key that sees all rows."""
    found_or_404(surveys.survey(session, survey_id), UNKNOWN)
    rows = repository.answer_imports(session, filters, survey_id=survey_id, paging=paging)
    return answer_page(AnswerImportPage, AnswerImportOut.of, rows, paging)


@router.get(
    "/{survey_id}/imports/{import_id}", response_model=AnswerImportOut, responses=errors(403, 404)
)
def read_answer_import(survey_id: SurveyId, import_id: ImportId, session: Reading) -> Response:
    """Read an import: its progress and its counts so far. Needs a key that sees all rows."""
    return json_response(AnswerImportOut.of(_existing_import(session, survey_id, import_id)))


@router.post(
    "/{survey_id}/imports/{import_id}/cancel",
    response_model=AnswerImportOut,
    responses=errors(403, 404),
)
def cancel_answer_import(
    survey_id: SurveyId, import_id: ImportId, once: Once, session: Transaction
) -> Response:
    """Cancel an import; the lines imported so far stay. Needs a key that sees all rows."""

    def cancel() -> Response:
        row = _existing_import(session, survey_id, import_id)
        jobs.cancel(session, row)
        return json_response(AnswerImportOut.of(row))

    return once(cancel)


@router.get(
    "/{survey_id}/imports/{import_id}/errors",
    response_class=CsvResponse,
    responses=errors(403, 404),
)
def read_answer_import_errors(survey_id: SurveyId, import_id: ImportId, store: Store) -> Response:
    """Return the rejected lines as CSV.

    The columns are `line no.`, the number of the line in the file, `errors` with the reasons,
    `error codes` with their codes, separated by semicolons, and then those of the file. A line with
    too many or too few cells has all its cells here too. A corrected file can be imported as it is.
    Needs a key that sees all rows.
    """
    with store.reading() as session:
        row = _existing_import(session, survey_id, import_id)
    return errors_file(store, Rejection, row)


@router.get(
    "/{survey_id}/imports/{import_id}/rejections",
    response_model=RejectedLinePage,
    responses=errors(403, 404),
)
def list_answer_import_rejections(
    survey_id: SurveyId,
    import_id: ImportId,
    session: Reading,
    paging: Annotated[PageRequest, paged_by(repository.REJECTIONS, RejectedLinePage)],
) -> Response:
    """List the rejected lines of an import of answers with their cells and faults, by line number.

    The same lines as in `errors_url`, with the `code` and the `params` of each fault, from which a
    front end writes its own message. An import that still runs adds lines. Needs a key that sees
    all rows.
    """
    row = _existing_import(session, survey_id, import_id)
    lines = repository.rejections(session, row, paging=paging)
    out = partial(RejectedLineOut.of, header=row.header)
    return answer_page(RejectedLinePage, out, lines, paging)


def _existing_import(session: Session, survey_id: UUID, import_id: UUID) -> Import:
    """Return the import with this id, or raise NotFound if the survey has no such import."""
    row = repository.answer_import(session, survey_id=survey_id, import_id=import_id)
    return found_or_404(row, service.UNKNOWN)

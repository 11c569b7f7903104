"""HTTP door of imports of answers."""

from typing import Annotated
from uuid import UUID

from fastapi import Form, Path
from starlette.responses import Response, StreamingResponse

from services.survey.imports import repository, service
from services.survey.imports.models import Import, Rejection
from services.survey.imports.schemas import (
    ImportBody,
    ImportForm,
    ImportPage,
    import_body,
    import_path,
)
from services.survey.settings import Settings as SurveySettings
from services.survey.survey import repository as surveys
from services.survey.survey.schemas import SurveyId
from services.survey.survey.service import UNKNOWN
from shared.errors import NotFound
from shared.files.store import digest
from shared.http.answers import answer, errors
from shared.http.dependencies import Caller, Once, Reading, Settings, Store, Transaction
from shared.http.pagination import Paging, link
from shared.http.routing import Router
from shared.imports.errors_file import check_sees_all, errors_file
from shared.jobs import service as jobs

router = Router(
    prefix="surveys",
    tag="answer imports",
    about="Files of answers to a survey, taken in by jobs that you can follow.",
)

ImportId = Annotated[UUID, Path(description="The import's id.")]

_ANY_SIZE = 1 << 50


@router.post(
    "/{survey_id}/imports",
    status_code=202,
    response_model=ImportBody,
    responses=errors(403, 404, 409, 413),
    max_body_size=_ANY_SIZE,
)
def import_answers(
    survey_id: SurveyId,
    form: Annotated[ImportForm, Form(media_type="multipart/form-data")],
    once: Once,
    session: Transaction,
    caller: Caller,
    settings: Settings,
) -> Response:
    """Import the answers of a wave from a file.

    The file is kept and worked on by a job: follow `Location`. Rejected lines come back at
    `errors_url`, to be mended and sent again. A respondent's line replaces their answers to the
    wave (to POST it alone is a 409 `already_answered`). The same file twice changes
    nothing.

    Lines without a respondent are known again only by the content of the file and their place in
    it: a file that has grown or is in another order counts them again. Send only new lines, or
    give respondents ids.
    """
    check_sees_all(caller)

    def start() -> Response:
        made = service.import_answers(
            session,
            survey_id=survey_id,
            wave=form.options.wave,
            options=form.options.options(settings.timezone),
            mapping=form.mapping,
            dry_run=form.dry_run,
            file_name=form.file.filename or "",
            stream=form.file.file,
            limit=_limit(settings),
            by=caller.subject,
        )
        return answer(import_body(made), status=202, headers={"Location": import_path(made)})

    said = form.model_dump_json(exclude={"file"})
    return once(start, also=f"{said}{form.file.filename}{digest(form.file.file)}")


@router.get("/{survey_id}/imports", response_model=ImportPage, responses=errors(404))
def list_answer_imports(survey_id: SurveyId, session: Reading, paging: Paging) -> Response:
    """List the imports of a survey, newest first."""
    if surveys.survey(session, survey_id) is None:
        raise NotFound(detail=UNKNOWN)
    found = repository.answer_imports(session, survey_id=survey_id, paging=paging)
    items = [import_body(row) for row in found.rows]
    return answer(ImportPage(items=items, next=found.next), headers=link(paging, found.next))


@router.get("/{survey_id}/imports/{import_id}", response_model=ImportBody, responses=errors(404))
def read_answer_import(survey_id: SurveyId, import_id: ImportId, session: Reading) -> Response:
    """Read how far an import is, and what became of its lines."""
    found = repository.answer_import(session, survey_id=survey_id, import_id=import_id)
    return answer(import_body(_there(found)))


@router.post(
    "/{survey_id}/imports/{import_id}/cancel",
    response_model=ImportBody,
    responses=errors(403, 404),
)
def cancel_answer_import(
    survey_id: SurveyId, import_id: ImportId, once: Once, session: Transaction, caller: Caller
) -> Response:
    """Ask an import to end; what it has taken so far stays."""
    check_sees_all(caller)

    def cancel() -> Response:
        row = _there(repository.answer_import(session, survey_id=survey_id, import_id=import_id))
        jobs.cancel(session, row)
        return answer(import_body(row))

    return once(cancel)


@router.get(
    "/{survey_id}/imports/{import_id}/errors",
    response_class=StreamingResponse,
    responses=errors(403, 404),
)
def read_answer_import_errors(
    survey_id: SurveyId, import_id: ImportId, store: Store, caller: Caller
) -> Response:
    """Give the rejected lines as CSV: the columns of the file, and `errors`, which says why."""
    check_sees_all(caller)
    with store.reading() as session:
        row = _there(repository.answer_import(session, survey_id=survey_id, import_id=import_id))
    return errors_file(store, Rejection, row)


def _there(found: Import | None) -> Import:
    if found is None:
        raise NotFound(detail="This survey has no import with this id.")
    return found


def _limit(settings: Settings) -> int:
    return settings.import_limit_bytes if isinstance(settings, SurveySettings) else 0

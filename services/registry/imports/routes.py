"""HTTP door of imports."""

from typing import Annotated
from uuid import UUID

from fastapi import Form
from starlette.responses import Response, StreamingResponse

from services.registry.imports import repository, service
from services.registry.imports.models import Import, Rejection
from services.registry.imports.schemas import (
    ImportBody,
    ImportForm,
    ImportPage,
    import_body,
    import_page,
)
from services.registry.settings import Settings as RegistrySettings
from shared.errors import NotFound
from shared.files.store import digest
from shared.http.answers import answer, errors
from shared.http.dependencies import Caller, Once, Reading, Settings, Store, Transaction
from shared.http.pagination import Paging, link
from shared.http.routing import Router
from shared.imports.errors_file import check_sees_all, errors_file
from shared.jobs import service as jobs

router = Router(prefix="imports", tag="imports")

_ANY_SIZE = 1 << 50


@router.post(
    "",
    status_code=202,
    response_model=ImportBody,
    responses=errors(403, 413),
    max_body_size=_ANY_SIZE,
)
def start_import(
    form: Annotated[ImportForm, Form(media_type="multipart/form-data")],
    once: Once,
    session: Transaction,
    caller: Caller,
    settings: Settings,
) -> Response:
    """Import customers, products or orders from a file.

    The file is kept and worked on by a job: follow `Location`. An order with one bad line is
    rejected whole; rejected lines come back at `errors_url`, to be mended and sent again. The same
    file twice changes nothing.
    """
    check_sees_all(caller)

    def start() -> Response:
        row = service.start_import(
            session,
            entity=form.entity,
            options=form.options.options(settings),
            mapping=form.mapping,
            dry_run=form.dry_run,
            file_name=form.file.filename or "",
            stream=form.file.file,
            limit=_limit(settings),
            by=caller.subject,
        )
        place = {"Location": f"/v1/imports/{row.id}"}
        return answer(import_body(row), status=202, headers=place)

    said = form.model_dump_json(exclude={"file"})
    return once(start, also=f"{said}{form.file.filename}{digest(form.file.file)}")


@router.get("", response_model=ImportPage, responses=errors())
def list_imports(session: Reading, paging: Paging) -> Response:
    """List imports, newest first."""
    found = repository.imports(session, paging=paging)
    return answer(import_page(found.rows, found.next), headers=link(paging, found.next))


@router.get("/{import_id}", response_model=ImportBody, responses=errors(404))
def read_import(import_id: UUID, session: Reading) -> Response:
    """Read how far an import is."""
    return answer(import_body(_found(repository.import_(session, import_id))))


@router.post("/{import_id}/cancel", response_model=ImportBody, responses=errors(403, 404))
def cancel_import(import_id: UUID, once: Once, session: Transaction, caller: Caller) -> Response:
    """Ask an import to end; what it has taken so far stays."""
    check_sees_all(caller)

    def cancel() -> Response:
        row = _found(repository.import_(session, import_id))
        jobs.cancel(session, row)
        return answer(import_body(row))

    return once(cancel)


@router.get("/{import_id}/errors", response_class=StreamingResponse, responses=errors(403, 404))
def read_import_errors(import_id: UUID, store: Store, caller: Caller) -> Response:
    """Give the rejected lines as CSV: the columns of the file, and `errors`, which says why."""
    check_sees_all(caller)
    with store.reading() as session:
        row = _found(repository.import_(session, import_id))
    return errors_file(store, Rejection, row)


def _limit(settings: Settings) -> int:
    return settings.import_limit_bytes if isinstance(settings, RegistrySettings) else 0


def _found(row: Import | None) -> Import:
    if row is None:
        raise NotFound(detail="No import has this id.")
    return row

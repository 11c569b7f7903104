"""HTTP door of imports."""

from typing import Annotated
from uuid import UUID

from fastapi import Form, Path
from starlette.responses import Response, StreamingResponse

from services.registry.imports import repository, service
from services.registry.imports.columns import described
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

router = Router(
    prefix="imports",
    tag="imports",
    about="Files of customers, products and orders (导入), taken in by jobs that you can follow.",
)

ImportId = Annotated[UUID, Path(description="The import's `id`, as its answers give it.")]

_ANY_SIZE = 1 << 50

_ABOUT = """Import customers, products or orders from a file. Needs a key that sees all rows.

The file is kept and worked on by a job: follow `Location`. Rejected lines come back at
`errors_url`, to be mended and sent again. The same file twice changes nothing.

**Files.** CSV with commas in UTF-8 or GBK, or the first sheet of an XLSX file. The first line
names the columns as below; other names, Chinese ones too, need a `mapping`:
`{"客户名称": "name"}`. Columns that are neither are ignored and listed in `ignored_columns`. A line
with another number of cells than the header is rejected, and so is a cell of these columns that
begins with `=` or `@`.

**Customers and products.** A line each. A column that is missing and a cell that is blank leave
what is on record as it was, so a file removes nothing. Where lines name the same customer or
product, the later one wins.

**Orders.** A line of the file is a line of an order; lines with the same `order_id` are gathered
from the whole file. An order that is on record is replaced whole: a later file with one line of it
leaves it with that one line, and without what the file does not say. A line that stands twice in a
file counts twice. One bad line rejects its whole order. Where `order_id` begins with
`return_prefix`, quantities above 0 are made negative.
"""


@router.post(
    "",
    status_code=202,
    response_model=ImportBody,
    responses=errors(403, 413),
    max_body_size=_ANY_SIZE,
    description=_ABOUT + described(),
)
def start_import(
    form: Annotated[ImportForm, Form(media_type="multipart/form-data")],
    once: Once,
    session: Transaction,
    caller: Caller,
    settings: Settings,
) -> Response:
    """Import customers, products or orders from a file."""
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


@router.get("", response_model=ImportPage, responses=errors(403))
def list_imports(session: Reading, paging: Paging, caller: Caller) -> Response:
    """List imports, newest first. Needs a key that sees all rows."""
    check_sees_all(caller)
    found = repository.imports(session, paging=paging)
    return answer(import_page(found.rows, found.next), headers=link(paging, found.next))


@router.get("/{import_id}", response_model=ImportBody, responses=errors(403, 404))
def read_import(import_id: ImportId, session: Reading, caller: Caller) -> Response:
    """Read how far an import is. Needs a key that sees all rows."""
    check_sees_all(caller)
    return answer(import_body(_found(repository.import_(session, import_id))))


@router.post("/{import_id}/cancel", response_model=ImportBody, responses=errors(403, 404))
def cancel_import(
    import_id: ImportId, once: Once, session: Transaction, caller: Caller
) -> Response:
    """Ask an import to end; what it has taken so far stays. Needs a key that sees all rows."""
    check_sees_all(caller)

    def cancel() -> Response:
        row = _found(repository.import_(session, import_id))
        jobs.cancel(session, row)
        return answer(import_body(row))

    return once(cancel)


@router.get("/{import_id}/errors", response_class=StreamingResponse, responses=errors(403, 404))
def read_import_errors(import_id: ImportId, store: Store, caller: Caller) -> Response:
    """Give the rejected lines as CSV: the columns of the file, and `errors`, which says why.

    Needs a key that sees all rows.
    """
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

"""HTTP routes of imports."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Path, Query
from starlette.responses import Response

from services.registry.transfer.imports import repository, service
from services.registry.transfer.imports.filters import ImportFilter
from services.registry.transfer.imports.models import Rejection
from services.registry.transfer.imports.schemas import ImportOut, ImportPage, SentForm
from services.registry.transfer.imports.specs import description_of_files, join_words
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
    prefix="imports",
    tag="imports",
    about=f"Imports (导入) of {join_words('and')} from files, by jobs whose progress can be read.",
    dependencies=[NEEDS_ALL_ROWS],
)

ImportId = Annotated[UUID, Path(description="The `id` of the import.")]

_ABOUT = f"""Import {join_words("or")} from a file. Needs a key that sees all rows.

The file is stored, and a job imports it: read the progress at `Location`. Rejected lines can be
read at `errors_url`, corrected and sent again. Importing the same file twice changes nothing,
unless lines in different chunks of 500 lines contradict each other about the same record.

**Files.** CSV with commas, or an XLSX file, of which the first visible sheet with a text is read.
The first line contains the names of the columns below; letter case, and blanks instead of `_`, do
not matter. Columns with other names, such as Chinese ones, need a `mapping`:
`{{"客户名称": "name"}}`. All other columns are ignored and listed in `ignored_columns`.
A line is rejected if it has more or fewer cells than the header, or if a cell in one of the columns
below begins with `=` or `@`.

"""


@router.post(
    "",
    status_code=202,
    response_model=ImportOut,
    responses=errors(403, 413),
    max_body_size=MAX_FORM_BYTES,
    dependencies=[NO_REPEATED_PARTS],
    description=_ABOUT + description_of_files(),
)
def start_import(
    form: SentForm, once: Once, session: Transaction, caller: Caller, settings: Settings
) -> Response:
    """Import a file."""

    def start() -> Response:
        row = service.start_import(
            session,
            entity=form.entity,
            options=form.options.to_store(form.entity, settings),
            upload=form.upload(limit=settings.import_limit_bytes, by=caller.subject),
        )
        return json_response(ImportOut.of(row), status=202, location=ImportOut.location_of(row))

    return once(start, form_content=form.fingerprint)


@router.get("", response_model=ImportPage, responses=errors(403))
def list_imports(
    session: Reading,
    paging: Annotated[PageRequest, paged_by(repository.IMPORTS, ImportPage)],
    filters: Annotated[ImportFilter, Query()],
) -> Response:
    """List imports, newest first. Needs a key that sees all rows."""
    found = repository.imports(session, filters, paging=paging)
    return answer_page(ImportPage, ImportOut.of, found, paging)


@router.get("/{import_id}", response_model=ImportOut, responses=errors(403, 404))
def read_import(import_id: ImportId, session: Reading) -> Response:
    """Read the state and the progress of an import. Needs a key that sees all rows."""
    return json_response(
        ImportOut.of(found_or_404(repository.import_(session, import_id), service.UNKNOWN))
    )


@router.post("/{import_id}/cancel", response_model=ImportOut, responses=errors(403, 404))
def cancel_import(import_id: ImportId, once: Once, session: Transaction) -> Response:
    """Cancel an import; the records that it has already written stay.

    Needs a key that sees all rows.
    """

    def cancel() -> Response:
        row = found_or_404(repository.import_(session, import_id), service.UNKNOWN)
        jobs.cancel(session, row)
        return json_response(ImportOut.of(row))

    return once(cancel)


@router.get("/{import_id}/errors", response_class=CsvResponse, responses=errors(403, 404))
def read_import_errors(import_id: ImportId, store: Store) -> Response:
    """Return the rejected lines as CSV.

    The columns are `line no.`, the number of the line in the file, `errors` with the reasons,
    `error codes` with their codes, separated by semicolons, and then those of the file. A line with
    too many or too few cells has all its cells here too. A corrected file can be imported as it is.
    Needs a key that sees all rows.
    """
    with store.reading() as session:
        row = found_or_404(repository.import_(session, import_id), service.UNKNOWN)
    return errors_file(store, Rejection, row)


@router.get("/{import_id}/rejections", response_model=RejectedLinePage, responses=errors(403, 404))
def list_import_rejections(
    import_id: ImportId,
    session: Reading,
    paging: Annotated[PageRequest, paged_by(repository.REJECTIONS, RejectedLinePage)],
) -> Response:
    """List the rejected lines of an import with their cells and faults, by line number.

    The same lines as in `errors_url`, for screens in the words and the language of your users: each
    fault has a `code` and its `params`. An import that still runs adds lines. Needs a key that sees
    all rows.
    """
    row = found_or_404(repository.import_(session, import_id), service.UNKNOWN)
    found = repository.rejections(session, row, paging=paging)
    out = partial(RejectedLineOut.of, header=row.header)
    return answer_page(RejectedLinePage, out, found, paging)

"""The file of errors: the lines that were rejected, to be mended and imported again."""

import csv
import io
from collections.abc import Iterator, Sequence

from sqlalchemy import select
from starlette.responses import StreamingResponse

from shared.database import Database
from shared.imports.models import ImportColumns, RejectionColumns

_AT_ONCE = 500
_ERRORS = "errors"
_BYTE_ORDER_MARK = "\ufeff"
"""Without it spreadsheets do not read UTF-8."""


def errors_file(
    database: Database, kind: type[RejectionColumns], row: ImportColumns
) -> StreamingResponse:
    """Give the rejected lines of an import as CSV, some at a time."""
    return StreamingResponse(
        _lines(database, kind, row),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="errors-{row.id}.csv"'},
    )


def _lines(database: Database, kind: type[RejectionColumns], row: ImportColumns) -> Iterator[str]:
    """Write the columns of the file and one more, `errors`; an import leaves that column alone."""
    yield _BYTE_ORDER_MARK + _csv([[*(name for name in row.header if name != _ERRORS), _ERRORS]])
    after = 0
    while rejected := _some(database, kind, row, after):
        yield _csv([_row(row, found) for found in rejected])
        after = rejected[-1].line


def _some(
    database: Database, kind: type[RejectionColumns], row: ImportColumns, after: int
) -> Sequence[RejectionColumns]:
    rejected = select(kind).where(kind.import_id == row.id, kind.line > after)
    with database.reading() as session:
        return session.scalars(rejected.order_by(kind.line).limit(_AT_ONCE)).all()


def _row(row: ImportColumns, found: RejectionColumns) -> list[str]:
    named = zip(row.header, found.cells, strict=True)
    return [*(cell for name, cell in named if name != _ERRORS), " ".join(found.faults)]


def _csv(rows: Sequence[Sequence[str]]) -> str:
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue()

"""The file of errors: the lines that were rejected, to be mended and imported again."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import select
from starlette.responses import StreamingResponse

from shared.database import Database
from shared.files.cells import inert
from shared.imports.models import ImportColumns, RejectionColumns

_AT_ONCE = 500
_BYTE_ORDER_MARK = "\ufeff"
"""Without it spreadsheets do not read UTF-8."""
_LINE, _ERRORS = "line no.", "errors"
"""Columns that are added to those of the file; an import leaves them alone, unless mapped."""


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
    """Write the columns of the file, the number of the line in it, and what is wrong."""
    added = [name for name in (_LINE, _ERRORS) if name not in row.mapping]
    own = [at for at, name in enumerate(row.header) if name not in added]
    yield _BYTE_ORDER_MARK + _csv([[*(row.header[at] for at in own), *added]])
    after = 0
    while rejected := _some(database, kind, row, after):
        yield _csv([_row(found, own, added) for found in rejected])
        after = rejected[-1].line


def _some(
    database: Database, kind: type[RejectionColumns], row: ImportColumns, after: int
) -> Sequence[RejectionColumns]:
    rejected = select(kind).where(kind.import_id == row.id, kind.line > after)
    with database.reading() as session:
        return session.scalars(rejected.order_by(kind.line).limit(_AT_ONCE)).all()


def _row(found: RejectionColumns, own: Iterable[int], added: Iterable[str]) -> Iterator[str]:
    """Give a rejected line; what a spreadsheet would compute is made text."""
    faults = [fault.removesuffix(".") for fault in found.faults]
    told = {_LINE: str(found.line), _ERRORS: "; ".join(faults) + "."}
    return map(inert, [*(found.cells[at] for at in own), *(told[name] for name in added)])


def _csv(rows: Iterable[Iterable[str]]) -> str:
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue()

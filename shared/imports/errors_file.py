"""The file of errors: the rejected lines of an import, for correcting and importing again."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import select
from starlette.responses import StreamingResponse

from shared.database import Database
from shared.files.cells import escape_formula
from shared.files.faults import RAGGED
from shared.imports.models import ImportColumns, RejectionColumns

_BATCH_LINES = 50
_BYTE_ORDER_MARK = "\ufeff"
"""Stands at the beginning of the file; without this mark spreadsheets do not read UTF-8."""
_LINE, _ERRORS, _CODES = "line no.", "errors", "error codes"
"""The additional columns of a file of errors; an import ignores them unless it maps them."""


class CsvResponse(StreamingResponse):
    """A file of CSV in UTF-8; `response_class` of a route whose API document shows this type."""

    media_type = "text/csv"


def errors_file(
    database: Database, rejection_model: type[RejectionColumns], row: ImportColumns
) -> CsvResponse:
    """Return a response that streams the rejected lines of an import as CSV."""
    return CsvResponse(
        _csv_parts(database, rejection_model, row),
        headers={"Content-Disposition": f'attachment; filename="errors-{row.id}.csv"'},
    )


def _csv_parts(
    database: Database, rejection_model: type[RejectionColumns], row: ImportColumns
) -> Iterator[str]:
    """Yield the header and then batches of rejected lines, as CSV text.

    The columns are the number of the line in the imported file, the errors of the line and their
    codes, and then the columns of that file. A column of the imported file that has one of the
    first names is left out, unless it was imported.
    """
    imported = {*row.header}.difference(row.ignored_columns)
    added = [name for name in (_LINE, _ERRORS, _CODES) if name not in imported]
    indices = [index for index, name in enumerate(row.header) if name not in added]
    yield _BYTE_ORDER_MARK + _csv_text([[*added, *(row.header[index] for index in indices)]])
    after_line = 0
    while rejections := _read_batch(database, rejection_model, row, after_line):
        yield _csv_text([_cells(rejection, indices, added) for rejection in rejections])
        after_line = rejections[-1].line


def _read_batch(
    database: Database, rejection_model: type[RejectionColumns], row: ImportColumns, after_line: int
) -> Sequence[RejectionColumns]:
    """Return the next 50 rejected lines, those with numbers above `after_line`."""
    statement = (
        select(rejection_model)
        .where(rejection_model.import_id == row.id, rejection_model.line > after_line)
        .order_by(rejection_model.line)
        .limit(_BATCH_LINES)
    )
    with database.reading() as session:
        return session.scalars(statement).all()


def _cells(
    rejection: RejectionColumns, indices: Sequence[int], added: Iterable[str]
) -> Iterator[str]:
    """Return the cells of a rejected line in the file of errors; formulas are escaped.

    `indices` are those of the columns of the imported file, and `added` the names of the others.
    """
    faults = [fault.removesuffix(".") for fault in rejection.faults]
    codes = [fault["code"] for fault in rejection.coded_faults or ()]
    values = {
        _LINE: str(rejection.line),
        _ERRORS: "; ".join(faults) + ".",
        _CODES: ";".join(codes),
    }
    cells = _ragged_cells if RAGGED.name in codes else _cells_at
    return map(escape_formula, [*(values[name] for name in added), *cells(rejection, indices)])


def _cells_at(rejection: RejectionColumns, indices: Sequence[int]) -> list[str]:
    """Return the cells at these indices of a line that is not ragged.

    Cells of columns without a name at the end of the header may not be stored.
    """
    cells = dict(enumerate(rejection.cells))
    return [cells.get(index, "") for index in indices]


def _ragged_cells(rejection: RejectionColumns, indices: Sequence[int]) -> list[str]:
    """Return all cells of a line with more or fewer cells than the header.

    They are again more or fewer than `indices`, so that the line is never imported unchanged. Only
    the columns of a file of errors, which are its first, are left out.
    """
    cells = rejection.cells[indices[0] :]
    return [*cells, ""] if len(cells) == len(indices) else cells


def _csv_text(rows: Iterable[Iterable[str]]) -> str:
    """Return rows as CSV text."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()

"""The file of errors: the lines that were rejected, to be mended and imported again."""

import csv
import io
from collections.abc import Iterator, Sequence

from services.survey.imports import repository
from services.survey.imports.models import Import
from shared.database import Database

_STEP = 500
_ERRORS = "errors"
_BYTE_ORDER_MARK = "\ufeff"
"""Without it spreadsheets do not read UTF-8."""


def error_lines(database: Database, found: Import) -> Iterator[str]:
    """Write the columns of the file and one more, `errors`; an import leaves that column alone."""
    header = [name for name in found.header if name != _ERRORS]
    yield _BYTE_ORDER_MARK + _csv([[*header, _ERRORS]])
    after = 0
    while True:
        with database.reading() as session:
            rejected = repository.rejections(session, found.id, after=after, most=_STEP)
        if not rejected:
            return
        yield _csv([_row(found, each.cells, each.faults) for each in rejected])
        after = rejected[-1].line


def _row(found: Import, cells: Sequence[str], faults: Sequence[str]) -> list[str]:
    named = zip(found.header, cells, strict=True)
    return [*(cell for name, cell in named if name != _ERRORS), " ".join(faults)]


def _csv(rows: Sequence[Sequence[str]]) -> str:
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue()

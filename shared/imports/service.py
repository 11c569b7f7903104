"""Steps of every import: store the file, read and count its lines, save progress and rejections."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

from sqlalchemy import Update, update
from sqlalchemy.orm import Session

from shared import clock
from shared.errors import Fault
from shared.files import store
from shared.files.tables import Line, read_table
from shared.ids import new_id
from shared.imports.columns import ColumnMapping, Columns
from shared.imports.models import ImportColumns
from shared.jobs.runner import Run

_LINES_PER_CHECK = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """An uploaded file and how it is imported; `limit` is the maximal size of the file in bytes."""

    name: str
    stream: BinaryIO
    mapping: ColumnMapping
    dry_run: bool
    limit: int
    by: str


SYSTEM_REQUIRED = Fault(
    "/options/system", "required", "Name the system that the ids come from, such as erp or crm."
)


def store_file(session: Session, upload: Upload, columns: Columns) -> dict[str, Any]:
    """Store the file of a new import; return the values of the columns that every import has."""
    upload.stream.seek(0)
    import_id = new_id()
    stored = store.save_file(session, file_id=import_id, stream=upload.stream, limit=upload.limit)
    return {
        "id": import_id,
        "file_name": upload.name[:200],
        "file_size": stored.size,
        "sha256": stored.sha256,
        "header": list(columns.header),
        "ignored_columns": columns.ignored,
        "mapping": dict(upload.mapping),
        "dry_run": upload.dry_run,
        "created_by": upload.by,
        "created_at": clock.now(),
    }


def read_lines(run: Run, row: ImportColumns) -> Iterator[Line]:
    """Yield the lines of an import's file from its beginning."""
    with closing(store.open_file(run.database, row.id)) as stream:
        yield from read_table(stream, encoding=row.options["encoding"]).lines


def count_lines(run: Run, row: ImportColumns) -> int:
    """Read the whole file and return the number of its lines.

    A file that cannot be read to its end thus fails before any line is imported.
    """
    total = 0
    for total, _ in enumerate(read_lines(run, row), 1):
        if total % _LINES_PER_CHECK == 0:
            run.check()
    return total


def save_total(run: Run, row: ImportColumns, total: int) -> None:
    """Commit the number of lines before the first is imported, so that callers see the progress."""
    model = type(row)
    with run.transaction() as session:
        session.execute(update(model).where(model.id == row.id).values(total=total))


@contextmanager
def rollback_if_dry_run(session: Session, *, dry_run: bool) -> Iterator[None]:
    """Run the body of the `with`; roll back its changes if this is a dry run."""
    if not dry_run:
        yield
        return
    savepoint = session.begin_nested()
    yield
    savepoint.rollback()
    session.expire_all()


def progress_update(row: ImportColumns, outcomes: Mapping[str, int], **values: Any) -> Update:
    """Return the UPDATE that adds the outcomes of some lines to the counts of an import.

    `outcomes` has the number of lines per outcome; `values` are set in further columns.
    """
    model = type(row)
    counts: dict[str, Any] = {name: getattr(model, name) + n for name, n in outcomes.items()}
    counts["processed"] = model.processed + sum(outcomes.values())
    return update(model).where(model.id == row.id).values(**counts, **values)


def rejection_row(row: ImportColumns, line: Line, faults: Sequence[str]) -> dict[str, Any]:
    """Return the row of a rejected line.

    PostgreSQL cannot store NUL characters, so U+FFFD replaces them.
    """
    return {
        "import_id": row.id,
        "line": line.number,
        "cells": [cell.replace("\x00", "\ufffd") for cell in line.cells],
        "faults": list(faults),
    }

"""Steps of every import: store the file, read and count its lines, save progress and rejections."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from shared import clock
from shared.errors import Fault, pointer_to
from shared.faults import REQUIRED
from shared.files import store
from shared.files.tables import Line, read_table
from shared.ids import new_id
from shared.imports.columns import ColumnMapping, Columns
from shared.imports.lanes import Outline
from shared.imports.models import ImportColumns
from shared.imports.repairs import RepairKind, add_repairs
from shared.jobs.runner import Run


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
    "/options/system", REQUIRED, "Name the system that the ids come from, such as erp or crm."
)


def store_file(
    session: Session, upload: Upload, columns: Columns, outline: Outline
) -> dict[str, Any]:
    """Store the file of a new import; return the values of its row that every service stores.

    `outline` has the encoding in which the header was read: the job reads the file in the same one.
    """
    upload.stream.seek(0)
    import_id = new_id()
    stored = store.save_file(session, file_id=import_id, stream=upload.stream, limit=upload.limit)
    return {
        "id": import_id,
        "file_name": upload.name[:200],
        "file_size": stored.size,
        "sha256": stored.sha256,
        "encoding": outline.encoding,
        "header": list(columns.header),
        "ignored_columns": columns.ignored,
        "mapping": dict(upload.mapping),
        "dry_run": upload.dry_run,
        "lane": outline.lane,
        "created_by": upload.by,
        "created_at": clock.now(),
    }


def read_lines(run: Run, row: ImportColumns) -> Iterator[Line]:
    """Yield the lines of the file of an import, from the beginning.

    The run is checked while the file is read, also where the file has no lines for a long stretch.
    """
    with closing(store.open_file(run.database, row.id)) as stream:
        yield from read_table(stream, encoding=row.read_encoding, check=run.check).lines


def count_lines(run: Run, row: ImportColumns) -> int:
    """Read the whole file and return the number of its lines.

    Lines are counted at the start of an import, so that a file with an unreadable line fails before
    any of its lines is imported.
    """
    return sum(1 for _ in read_lines(run, row))


def save_total(run: Run, row: ImportColumns, total: int) -> None:
    """Store the number of lines of the file, so that callers can compute the progress."""
    model = type(row)
    with run.transaction() as session:
        session.execute(update(model).where(model.id == row.id).values(total=total))


@contextmanager
def rollback_if_dry_run(session: Session, *, dry_run: bool) -> Iterator[None]:
    """Roll back the changes of the `with` block if `dry_run` is true; otherwise do nothing."""
    if not dry_run:
        yield
        return
    savepoint = session.begin_nested()
    yield
    savepoint.rollback()
    session.expire_all()


def save_progress(
    session: Session,
    row: ImportColumns,
    outcomes: Mapping[str, int],
    repairs: Mapping[int, Sequence[RepairKind]],
    **values: Any,
) -> None:
    """Add numbers of lines, and the repairs of imported lines, to the counts of an import.

    `outcomes` has a number of lines for each outcome, such as `created`, and `repairs` the kinds of
    repairs by the number of the line. `values` has new values for other columns.
    """
    model = type(row)
    counts: dict[str, Any] = {
        name: getattr(model, name) + lines for name, lines in outcomes.items()
    }
    counts["processed"] = model.processed + sum(outcomes.values())
    if repairs:
        counted = session.scalar(select(model.repaired).where(model.id == row.id))
        counts["repaired"] = add_repairs(counted or [], repairs)
    session.execute(update(model).where(model.id == row.id).values(**counts, **values))


def rejection_row(
    row: ImportColumns, columns: Columns, line: Line, faults: Sequence[Fault]
) -> dict[str, Any]:
    """Return the row that stores a rejected line and its faults.

    The pointer of a fault is the name of a field, or empty. PostgreSQL cannot store NUL characters,
    so U+FFFD replaces them.
    """
    return {
        "import_id": row.id,
        "line": line.number,
        "cells": [cell.replace("\x00", "\ufffd") for cell in line.cells_in_file],
        "faults": [columns.message(fault) for fault in faults],
        "coded_faults": [_coded_fault(columns, fault) for fault in faults],
    }


def _coded_fault(columns: Columns, fault: Fault) -> dict[str, Any]:
    """Return a fault of a line as its row stores it; `pointer` is a JSON pointer to the field."""
    return {
        "pointer": pointer_to(fault.pointer) if fault.pointer else "",
        "column": columns.column(fault.pointer),
        "code": fault.code,
        "params": dict(fault.params),
        "message": fault.message,
    }

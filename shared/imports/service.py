"""Use cases of every import: keep the file, read its lines, count them, list what was rejected."""

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
from shared.imports.columns import Columns, Mapped
from shared.imports.models import ImportColumns
from shared.jobs.runner import Run

_BEAT_LINES = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file as it came, and what was said of it; `limit` is the most bytes that it may have."""

    name: str
    stream: BinaryIO
    mapping: Mapped
    dry_run: bool
    limit: int
    by: str


NO_SYSTEM = Fault("/options/system", "required", "Name the system whose ids these are: erp, crm.")


def keep_file(session: Session, upload: Upload, columns: Columns) -> dict[str, Any]:
    """Keep the file of a new import, and give what every import has on record from its start."""
    upload.stream.seek(0)
    import_id = new_id()
    stored = store.keep(session, file_id=import_id, stream=upload.stream, limit=upload.limit)
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


def lines_of(run: Run, row: ImportColumns) -> Iterator[Line]:
    """Read the lines of an import's file from its beginning."""
    with closing(store.open_file(run.database, row.id)) as stream:
        yield from read_table(stream, encoding=row.options["encoding"]).lines


def count_lines(run: Run, row: ImportColumns) -> int:
    """Read the file through once, so that one that breaks off further down changes nothing."""
    total = 0
    for total, _ in enumerate(lines_of(run, row), 1):
        if total % _BEAT_LINES == 0:
            run.check()
    return total


def tell_total(run: Run, row: ImportColumns, total: int) -> None:
    """Commit the number of lines before any is taken, so that `total` shows how far the work is."""
    kind = type(row)
    with run.transaction() as session:
        session.execute(update(kind).where(kind.id == row.id).values(total=total))


@contextmanager
def on_trial(session: Session, *, dry_run: bool) -> Iterator[None]:
    """Do what stands inside; a dry run takes it back."""
    if not dry_run:
        yield
        return
    trial = session.begin_nested()
    yield
    trial.rollback()
    session.expire_all()


def progress(row: ImportColumns, outcomes: Mapping[str, int], **also: Any) -> Update:
    """Add the outcomes of some lines to the counts of an import."""
    kind = type(row)
    grown: dict[str, Any] = {name: getattr(kind, name) + n for name, n in outcomes.items()}
    grown["processed"] = kind.processed + sum(outcomes.values())
    return update(kind).where(kind.id == row.id).values(**grown, **also)


def rejection(row: ImportColumns, line: Line, faults: Sequence[str]) -> dict[str, Any]:
    """Make the row of a rejected line; PostgreSQL keeps no NUL, so a mark stands in its place."""
    return {
        "import_id": row.id,
        "line": line.number,
        "cells": [cell.replace("\x00", "\ufffd") for cell in line.cells],
        "faults": list(faults),
    }

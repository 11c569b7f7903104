"""Writing a file in chunks of lines: each chunk and its counts are written in one transaction.

If a worker is killed, the next worker skips as many lines as the import has counted and goes on
behind them. Lines can be skipped because every worker reads the same lines in the same order.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from services.registry.transfer.imports.models import Import, Rejection
from shared import clock
from shared.bulk import insert_rows
from shared.imports.service import rejection_row, rollback_if_dry_run, save_progress
from shared.imports.specs import ChunkResult, FileImport
from shared.jobs.runner import Run
from shared.metrics import JOB_LINES


@dataclass(frozen=True, slots=True)
class Task:
    """An import that a worker is running: the run of its job, its row and its file."""

    run: Run
    row: Import
    file: FileImport[Any]


def rehearse(task: Task, write: Callable[[Session], ChunkResult]) -> None:
    """Write a chunk that a killed worker has counted in a dry run, and roll it back.

    A dry run stores no records. Later chunks need the records that this chunk would have written,
    so they are computed again here and remembered by `write`.
    """
    with task.run.transaction() as session, rollback_if_dry_run(session, dry_run=True):
        write(session)
    task.run.check()


def commit(task: Task, write: Callable[[Session], ChunkResult]) -> None:
    """Write a chunk and commit it with its counts; a dry run rolls the records back.

    The counts, and the rejected lines with their faults, are committed by a dry run too.
    """
    with task.run.transaction() as session:
        with rollback_if_dry_run(session, dry_run=task.row.dry_run):
            result = write(session)
        outcomes = {**result.outcomes, "rejected": len(result.rejected)}
        columns = task.file.layout.columns
        rejections = [
            rejection_row(task.row, columns, one.line, one.faults) for one in result.rejected
        ]
        insert_rows(session, Rejection, rejections)
        save_progress(session, task.row, outcomes, result.repairs, changed_at=clock.now())
    JOB_LINES.labels("imports").inc(sum(outcomes.values()))
    task.run.check()

"""Chunks of a file: each is one transaction, together with its counts.

The number of processed lines is also where the next worker goes on after kill -9: every worker
reads the same lines in the same order.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from services.registry.transfer.imports.models import Import, Rejection
from shared import clock
from shared.bulk import insert_rows
from shared.imports.service import progress_update, rejection_row, rollback_if_dry_run
from shared.imports.specs import ChunkResult, FileImport
from shared.jobs.runner import Run
from shared.metrics import JOB_LINES


@dataclass(frozen=True, slots=True)
class Task:
    """One attempt at an import: the run of its job, its row, and its file."""

    run: Run
    row: Import
    file: FileImport[Any]


def rehearse(task: Task, write: Callable[[Session], ChunkResult]) -> None:
    """Write a chunk that is counted already and roll it back: a dry run goes on behind it."""
    with task.run.transaction() as session, rollback_if_dry_run(session, dry_run=True):
        write(session)
    task.run.check()


def commit(task: Task, write: Callable[[Session], ChunkResult]) -> None:
    """Write and commit a chunk with its counts; a dry run commits the counts alone."""
    with task.run.transaction() as session:
        with rollback_if_dry_run(session, dry_run=task.row.dry_run):
            result = write(session)
        outcomes = {**result.outcomes, "rejected": len(result.rejected)}
        rejected = [rejection_row(task.row, each.line, each.faults) for each in result.rejected]
        insert_rows(session, Rejection, rejected)
        session.execute(progress_update(task.row, outcomes, changed_at=clock.now()))
    JOB_LINES.labels("imports").inc(sum(outcomes.values()))
    task.run.check()

"""A file is worked on in chunks: each is one transaction, with its counts.

How many lines are processed is also the place where the next worker goes on after kill -9: each
reads the same lines in the same order.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from services.registry.transfer.imports.domain import Layout, Options, Rejected
from services.registry.transfer.imports.models import Import, Rejection
from shared import clock
from shared.bulk import insert_rows
from shared.imports.service import progress_update, rejection_row, rollback_if_dry_run
from shared.jobs.runner import Run
from shared.metrics import JOB_LINES


@dataclass(frozen=True, slots=True)
class Task:
    """The work on one file."""

    run: Run
    row: Import
    options: Options
    layout: Layout


@dataclass(slots=True)
class Chunk:
    """What became of some lines."""

    outcomes: Counter[str] = field(default_factory=Counter)
    rejected: list[Rejected] = field(default_factory=list)


def rehearse(task: Task, put: Callable[[Session], Chunk]) -> None:
    """Put one chunk that is counted already, and take it back."""
    with task.run.transaction() as session, rollback_if_dry_run(session, dry_run=True):
        put(session)
    task.run.check()


def commit(task: Task, put: Callable[[Session], Chunk]) -> None:
    """Put one chunk together with its counts; a dry run keeps the counts alone."""
    with task.run.transaction() as session:
        with rollback_if_dry_run(session, dry_run=task.row.dry_run):
            chunk = put(session)
        outcomes = {**chunk.outcomes, "rejected": len(chunk.rejected)}
        rejected = [rejection_row(task.row, found.line, found.faults) for found in chunk.rejected]
        insert_rows(session, Rejection, rejected)
        session.execute(progress_update(task.row, outcomes, changed_at=clock.now()))
    JOB_LINES.labels("imports").inc(sum(outcomes.values()))
    task.run.check()

"""Do the work of an import: in steps, each one transaction with its counts and its place.

The file is read through once before anything is kept, so one that is no table further down changes
nothing. After kill -9 the next worker goes on behind the last step that was committed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy.orm import Session

from services.survey.fieldwork.imports import repository
from services.survey.fieldwork.imports.domain import MOST_LINES, columns_of_answers
from services.survey.fieldwork.imports.lines import LineReader
from services.survey.fieldwork.imports.models import Import, Rejection
from services.survey.fieldwork.imports.service import Options
from services.survey.fieldwork.response import service as responses
from services.survey.fieldwork.response.domain import Sheet
from services.survey.fieldwork.response.service import Submission
from services.survey.fieldwork.survey import service as surveys
from services.survey.fieldwork.survey.models import Wave
from shared.bulk import insert_rows
from shared.errors import Fault, Invalid, Problem
from shared.files.tables import Line
from shared.imports.service import (
    count_lines,
    progress_update,
    read_lines,
    rejection_row,
    rollback_if_dry_run,
    save_total,
)
from shared.jobs.runner import JobFailed, Run, Work
from shared.metrics import JOB_LINES

STEP = 1000
"""Lines kept in one transaction."""


@dataclass(frozen=True, slots=True)
class _Task:
    row: Import
    sheet: Sheet
    reader: LineReader


def run_import(run: Run) -> None:
    """Keep every line that can be taken, and the others for their file of errors."""
    task = _prepare(run)
    try:
        if task.row.total is None:
            _count_lines(run, task.row)
        _import_lines(run, task)
    except Invalid as problem:
        raise JobFailed(problem.faults[0]) from problem


def _prepare(run: Run) -> _Task:
    with run.database.reading() as session:
        row = session.get_one(Import, run.job_id)
        wave = _wave(session, row)
        items = list(surveys.questionnaire_of(session, wave).items)
    required = {item.code: item.required for item in items}
    columns = columns_of_answers(row.header, row.mapping, required)
    sheet, options = Sheet(items), Options(**row.options)
    reader = LineReader(columns, sheet, options, wave_id=wave.id, digest=row.sha256)
    return _Task(row, sheet, reader)


def _wave(session: Session, row: Import) -> Wave:
    """Give the wave, as long as it takes answers."""
    try:
        return surveys.open_for_answers(session, survey_id=row.survey_id, wave=row.wave)
    except Problem as problem:
        raise JobFailed(Fault("", problem.kind, problem.detail)) from problem


def _count_lines(run: Run, row: Import) -> None:
    total = count_lines(run, row)
    if total > MOST_LINES:
        message = f"Give at most {MOST_LINES} lines in one file."
        raise Invalid(Fault("/file", "too_many_lines", message))
    save_total(run, row, total)


def _import_lines(run: Run, task: _Task) -> None:
    lines = read_lines(run, task.row)
    _pass_by(run, task, islice(lines, task.row.processed))
    while step := list(islice(lines, STEP)):
        run.check()
        with run.transaction() as session:
            _keep_step(session, task, step)
        JOB_LINES.labels("imports").inc(len(step))


def _pass_by(run: Run, task: _Task, lines: Iterable[Line]) -> None:
    """Remember who has answered in what was done before this process began."""
    with run.database.reading() as session:
        rejected = repository.rejected_numbers(session, task.row.id)
    for line in lines:
        if line.number not in rejected:
            task.reader.pass_by(line)


def _keep_step(session: Session, task: _Task, step: Sequence[Line]) -> None:
    read = [(line, task.reader.read(line)) for line in step]
    taken = [found for _, found in read if isinstance(found, Submission)]
    rejected = [(line, found) for line, found in read if not isinstance(found, Submission)]
    kept = _keep(session, task, taken)
    insert_rows(session, Rejection, [rejection_row(task.row, *each) for each in rejected])
    outcomes = {
        "created": len(kept.created),
        "updated": len(kept.updated),
        "unchanged": len(kept.unchanged),
        "rejected": len(rejected),
    }
    session.execute(progress_update(task.row, outcomes))


def _keep(session: Session, task: _Task, taken: Sequence[Submission]) -> responses.Kept:
    wave = _wave(session, task.row)
    with rollback_if_dry_run(session, dry_run=task.row.dry_run):
        return responses.submit_responses(session, wave=wave, sheet=task.sheet, submissions=taken)


WORKS: dict[type[Any], Work] = {Import: run_import}

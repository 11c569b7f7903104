"""The job of an import: it stores the lines of a file in steps, each in one transaction.

The whole file is read once before anything is stored, so a file that is broken further down changes
nothing. After a crash the next worker goes on behind the last step that was committed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy.orm import Session

from services.survey.fieldwork.imports import repository
from services.survey.fieldwork.imports.domain import MOST_LINES, columns_of_answers
from services.survey.fieldwork.imports.lines import LineParser
from services.survey.fieldwork.imports.models import Import, Rejection
from services.survey.fieldwork.imports.service import Options
from services.survey.fieldwork.response.domain import AnswerChecker, Submission
from services.survey.fieldwork.response.upsert import UpsertedResponses, upsert_responses
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
"""Number of lines that are stored in one transaction."""


@dataclass(frozen=True, slots=True)
class _Task:
    row: Import
    checker: AnswerChecker
    parser: LineParser


def run_import(run: Run) -> None:
    """Store the submission of each valid line, and a rejection of each other line."""
    task = _prepare(run)
    try:
        if task.row.total is None:
            _count_lines(run, task.row)
        _import_lines(run, task)
    except Invalid as problem:
        raise JobFailed(problem.faults[0]) from problem


def _prepare(run: Run) -> _Task:
    """Read the import and its wave, and build the parser of its lines."""
    with run.database.reading() as session:
        row = session.get_one(Import, run.job_id)
        wave = _open_wave(session, row)
        items = list(surveys.questionnaire_of(session, wave).items)
    required = {item.code: item.required for item in items}
    columns = columns_of_answers(row.header, row.mapping, required)
    checker, options = AnswerChecker(items), Options(**row.options)
    parser = LineParser(columns, checker, options, wave_id=wave.id, digest=row.sha256)
    return _Task(row, checker, parser)


def _open_wave(session: Session, row: Import) -> Wave:
    """Return the wave of an import; JobFailed if it takes no responses any more."""
    try:
        return surveys.wave_for_responses(session, survey_id=row.survey_id, wave_code=row.wave)
    except Problem as problem:
        raise JobFailed(Fault("", problem.kind, problem.detail)) from problem


def _count_lines(run: Run, row: Import) -> None:
    """Store the number of lines of the file; Invalid if there are too many."""
    total = count_lines(run, row)
    if total > MOST_LINES:
        message = f"Give at most {MOST_LINES} lines in one file."
        raise Invalid(Fault("/file", "too_many_lines", message))
    save_total(run, row, total)


def _import_lines(run: Run, task: _Task) -> None:
    """Import the lines that are left, step by step; a cancelled job ends between two steps."""
    lines = read_lines(run, task.row)
    _skip_imported_lines(run, task, islice(lines, task.row.processed))
    while step := list(islice(lines, STEP)):
        run.check()
        with run.transaction() as session:
            _import_step(session, task, step)
        JOB_LINES.labels("imports").inc(len(step))


def _skip_imported_lines(run: Run, task: _Task, lines: Iterable[Line]) -> None:
    """Let the parser remember the respondents of lines imported before the job was resumed."""
    with run.database.reading() as session:
        rejected = repository.rejected_line_numbers(session, task.row.id)
    for line in lines:
        if line.number not in rejected:
            task.parser.skip(line)


def _import_step(session: Session, task: _Task, step: Sequence[Line]) -> None:
    """Store the submissions and rejections of these lines, and add them to the counts."""
    parsed = [(line, task.parser.parse(line)) for line in step]
    submissions = [result for _, result in parsed if isinstance(result, Submission)]
    rejected = [(line, result) for line, result in parsed if not isinstance(result, Submission)]
    upserted = _upsert(session, task, submissions)
    insert_rows(session, Rejection, [rejection_row(task.row, *each) for each in rejected])
    outcomes = {
        "created": len(upserted.created),
        "updated": len(upserted.updated),
        "unchanged": len(upserted.unchanged),
        "rejected": len(rejected),
    }
    session.execute(progress_update(task.row, outcomes))


def _upsert(session: Session, task: _Task, submissions: Sequence[Submission]) -> UpsertedResponses:
    """Store submissions; a dry run rolls them back, but returns what it would have stored."""
    wave = _open_wave(session, task.row)
    with rollback_if_dry_run(session, dry_run=task.row.dry_run):
        return upsert_responses(session, wave=wave, checker=task.checker, submissions=submissions)


WORKS: dict[type[Any], Work] = {Import: run_import}

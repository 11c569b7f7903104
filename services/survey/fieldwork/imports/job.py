"""The job that imports a file of answers: it stores the lines in steps, each in one transaction.

The whole file is read once before anything is stored. Therefore a file that cannot be read to its
end changes nothing. After a crash the next worker continues after the last committed step.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy.orm import Session

from services.survey.fieldwork.imports import repository
from services.survey.fieldwork.imports.domain import MOST_LINES, RESPONSE_ID, columns_of_answers
from services.survey.fieldwork.imports.lines import LineParser
from services.survey.fieldwork.imports.models import Import, Rejection
from services.survey.fieldwork.imports.problems import OTHER_RESPONDENT, TOO_MANY_LINES
from services.survey.fieldwork.imports.service import Options
from services.survey.fieldwork.response.domain import AnswerChecker, Submission
from services.survey.fieldwork.response.upsert import UpsertedResponses, upsert_responses
from services.survey.fieldwork.survey import service as surveys
from services.survey.fieldwork.survey.models import Wave
from shared.bulk import insert_rows
from shared.errors import Fault, Invalid, Problem
from shared.files.tables import Line
from shared.imports.columns import Columns
from shared.imports.service import (
    count_lines,
    read_lines,
    rejection_row,
    rollback_if_dry_run,
    save_progress,
    save_total,
)
from shared.jobs.runner import JobFailed, Run, Work
from shared.metrics import JOB_LINES

STEP = 1000
"""Number of lines that are stored in one transaction."""

_OTHER_RESPONDENT = Fault(RESPONSE_ID, OTHER_RESPONDENT)


@dataclass(frozen=True, slots=True)
class _Task:
    """The import that a job works on, the columns of its file, and what parses the lines."""

    row: Import
    columns: Columns
    checker: AnswerChecker
    parser: LineParser


def run_import(run: Run) -> None:
    """Store a response for each valid line, and a rejection for each invalid line."""
    task = _prepare(run)
    try:
        if task.row.total is None:
            _count_lines(run, task.row)
        _import_lines(run, task)
    except Invalid as problem:
        raise JobFailed(problem.faults[0]) from problem


def _prepare(run: Run) -> _Task:
    """Read the import and its wave, and build the parser of the file's lines."""
    with run.database.reading() as session:
        row = session.get_one(Import, run.job_id)
        wave = _open_wave(session, row)
        items = list(surveys.questionnaire_of(session, wave).items)
    is_required = {item.code: item.required for item in items}
    columns = columns_of_answers(row.header, row.mapping, is_required)
    checker, options = AnswerChecker(items), Options(**row.options)
    parser = LineParser(columns, checker, options, wave_id=wave.id, digest=row.sha256)
    return _Task(row, columns, checker, parser)


def _open_wave(session: Session, row: Import) -> Wave:
    """Return the wave of an import; raise JobFailed if it does not accept responses any more."""
    try:
        return surveys.wave_for_responses(session, survey_id=row.survey_id, wave_code=row.wave)
    except Problem as problem:
        raise JobFailed(problem) from problem


def _count_lines(run: Run, row: Import) -> None:
    """Count the lines of the file and commit their number; raise Invalid if there are too many."""
    total = count_lines(run, row)
    if total > MOST_LINES:
        raise Invalid(Fault("/file", TOO_MANY_LINES, max=MOST_LINES))
    save_total(run, row, total)


def _import_lines(run: Run, task: _Task) -> None:
    """Import the remaining lines in steps; a job that is cancelled ends between two steps."""
    lines = read_lines(run, task.row)
    _skip_imported_lines(run, task, islice(lines, task.row.processed))
    while step := list(islice(lines, STEP)):
        run.check()
        with run.transaction() as session:
            _import_step(session, task, step)
        JOB_LINES.labels("imports").inc(len(step))


def _skip_imported_lines(run: Run, task: _Task, lines: Iterable[Line]) -> None:
    """Read the lines that were imported before the job was resumed, without importing them again.

    The parser remembers their ids, so that it can reject a later line with the same id.
    """
    with run.database.reading() as session:
        rejected_numbers = repository.rejected_line_numbers(session, task.row.id)
    for line in lines:
        if line.number not in rejected_numbers:
            task.parser.skip(line)


def _import_step(session: Session, task: _Task, step: Sequence[Line]) -> None:
    """Store the submissions and rejections of these lines, and add their outcomes to the counts."""
    parsed = [(line, *task.parser.parse(line)) for line in step]
    submissions = [result for _, result, _ in parsed if isinstance(result, Submission)]
    upserted = _upsert_unless_dry_run(session, task, submissions)
    stored = upserted.created.keys() | upserted.updated.keys() | upserted.unchanged.keys()
    rejected = [
        (line, [_OTHER_RESPONDENT] if isinstance(result, Submission) else result)
        for line, result, _ in parsed
        if not (isinstance(result, Submission) and result.key in stored)
    ]
    rejections = [rejection_row(task.row, task.columns, line, faults) for line, faults in rejected]
    insert_rows(session, Rejection, rejections)
    outcomes = {
        "created": len(upserted.created),
        "updated": len(upserted.updated),
        "unchanged": len(upserted.unchanged),
        "rejected": len(rejected),
    }
    lacks_ids = any(each.respondent is None and each.external_id is None for each in submissions)
    values = {"has_lines_without_ids": True} if lacks_ids else {}
    rejected_numbers = {line.number for line, _ in rejected}
    repairs = {
        line.number: kinds
        for line, _, kinds in parsed
        if kinds and line.number not in rejected_numbers
    }
    save_progress(session, task.row, outcomes, repairs, **values)


def _upsert_unless_dry_run(
    session: Session, task: _Task, submissions: Sequence[Submission]
) -> UpsertedResponses:
    """Store the submissions and return the outcomes; a dry run then rolls the changes back."""
    wave = _open_wave(session, task.row)
    with rollback_if_dry_run(session, dry_run=task.row.dry_run):
        return upsert_responses(session, wave=wave, checker=task.checker, submissions=submissions)


WORKS: dict[type[Any], Work] = {Import: run_import}

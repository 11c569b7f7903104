"""Import of files of which each line is a record: a line finds what those before it wrote."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any, TypeAlias

from sqlalchemy.orm import Session

from services.registry.transfer.imports.chunks import Task, commit, rehearse
from services.registry.transfer.imports.trial import Trial
from shared.files.tables import Line
from shared.imports.service import count_lines, save_total
from shared.imports.specs import ChunkResult, FileImport, RecordSpec, Rejected
from shared.upsert import UpsertResult

CHUNK_LINES = 500

Spec: TypeAlias = RecordSpec[Any, Any, Any]


@dataclass(slots=True)
class _ParsedLine:
    """The values and the faults of a line; one without a fault has the key of a record."""

    line: Line
    values: Mapping[str, Any]
    faults: list[str]
    key: Any = None
    outcome: UpsertResult = UpsertResult.UNCHANGED


def import_records(task: Task, spec: Spec, lines: Iterator[Line]) -> None:
    """Import the lines of a file that are not yet processed.

    A dry run first repeats those that are, because nothing of them is on record.
    """
    if task.row.total is None:
        save_total(task.run, task.row, count_lines(task.run, task.row))
    with closing(Trial()) as trial:
        for chunk in _chunks(islice(lines, task.row.processed)):
            if task.row.dry_run:
                rehearse(task, partial(_write, task.file, spec, trial, chunk))
        for chunk in _chunks(lines):
            commit(task, partial(_write, task.file, spec, trial, chunk))


def _chunks(lines: Iterator[Line]) -> Iterator[Sequence[Line]]:
    while chunk := list(islice(lines, CHUNK_LINES)):
        yield chunk


def _write(
    file: FileImport[Any], spec: Spec, trial: Trial, chunk: Sequence[Line], session: Session
) -> ChunkResult:
    """Write the records of a chunk; a dry run remembers them for the chunks after it."""
    parsed = [_parse(file, spec, line) for line in chunk]
    sound = [line for line in parsed if not line.faults]
    existing = spec.existing(session, {line.key for line in sound})
    for line in sound:
        line.key = spec.main_key(line.key, existing.get(line.key))
    before = {spec.main_key(key, record): record for key, record in existing.items()}
    before |= trial.recall({line.key for line in sound})
    changed = _apply(file, spec, sound, before)
    spec.write(session, changed, file.by)
    if file.dry_run:
        trial.remember(changed)
    result = ChunkResult(rejected=[Rejected(one.line, one.faults) for one in parsed if one.faults])
    result.outcomes.update(one.outcome for one in parsed if not one.faults)
    return result


def _parse(file: FileImport[Any], spec: Spec, line: Line) -> _ParsedLine:
    values, faults = file.layout.parse(line.cells)
    faults += [line.fault.message] if line.fault else []
    try:
        return _ParsedLine(line, values, faults, None if faults else spec.key(values, file.options))
    except ValueError as error:
        return _ParsedLine(line, values, [file.layout.columns.fault(spec.key_field, str(error))])


def _apply(
    file: FileImport[Any], spec: Spec, lines: Iterable[_ParsedLine], before: Mapping[Any, Any]
) -> dict[Any, Any]:
    """Apply lines to records one after the other, noting the outcome or the faults of each line.

    Return the records that are not as they were before.
    """
    records = dict(before)
    for line in lines:
        record = records.get(line.key)
        if fault := file.options.mode_fault(exists=record is not None):
            line.faults.append(fault)
            continue
        after = spec.build(line.values, file.options, record)
        line.faults += [file.layout.columns.fault(*found) for found in spec.faults(after)]
        if not line.faults:
            records[line.key], line.outcome = after, _outcome(record, after)
    return {key: record for key, record in records.items() if record != before.get(key)}


def _outcome(before: object, after: object) -> UpsertResult:
    if before is None:
        return UpsertResult.CREATED
    return UpsertResult.UNCHANGED if after == before else UpsertResult.UPDATED

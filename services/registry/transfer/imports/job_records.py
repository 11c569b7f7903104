"""Import of files in which each line is one record.

Lines are applied in the order of the file: if several lines have the same record, each line changes
the result of the line before.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any, TypeAlias

from sqlalchemy.orm import Session

from services.registry.transfer.imports.chunks import Task, commit, rehearse
from services.registry.transfer.imports.trial import Trial
from shared.errors import Fault, FieldError, InvalidValue
from shared.files.tables import Line
from shared.imports.repairs import RepairKind
from shared.imports.service import count_lines, save_total
from shared.imports.specs import ChunkResult, FileImport, RecordSpec, Rejected
from shared.upsert import UpsertResult

CHUNK_LINES = 500

Spec: TypeAlias = RecordSpec[Any, Any, Any]


@dataclass(slots=True)
class _ParsedLine:
    """A line with its values, its faults and the key of its record (None if that is invalid)."""

    line: Line
    values: Mapping[str, Any]
    faults: list[Fault]
    repairs: Sequence[RepairKind]
    key: Any = None
    outcome: UpsertResult = UpsertResult.UNCHANGED


def import_records(task: Task, spec: Spec, lines: Iterator[Line]) -> None:
    """Import the lines of a file that are not processed yet.

    When a worker resumes the dry run of another worker, it first processes the earlier lines again,
    because a dry run stores no records.
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
    """Yield the lines in lists of `CHUNK_LINES` lines; the last list may be shorter."""
    while chunk := list(islice(lines, CHUNK_LINES)):
        yield chunk


def _write(
    file: FileImport[Any], spec: Spec, trial: Trial, chunk: Sequence[Line], session: Session
) -> ChunkResult:
    """Write the records of a chunk; a dry run remembers them for the chunks after it."""
    parsed = [_parse_line(file, spec, line) for line in chunk]
    looked_up = spec.look_up(session, [line.values for line in parsed])
    for line, values in zip(parsed, looked_up, strict=True):
        line.values = values
    with_key = [line for line in parsed if line.key is not None]
    existing = spec.existing(session, {line.key for line in with_key})
    for line in with_key:
        line.key = spec.main_key(line.key, existing.get(line.key))
    before = {spec.main_key(key, record): record for key, record in existing.items()}
    before |= trial.recall({line.key for line in with_key})
    changed_records = _apply(file, spec, parsed, before)
    spec.write(session, changed_records, file.by)
    if file.dry_run:
        trial.remember(changed_records)
    rejected = [Rejected(line.line, line.faults) for line in parsed if line.faults]
    accepted = [line for line in parsed if not line.faults]
    repairs = {line.line.number: line.repairs for line in accepted if line.repairs}
    return ChunkResult(Counter(line.outcome for line in accepted), rejected, repairs)


def _parse_line(file: FileImport[Any], spec: Spec, line: Line) -> _ParsedLine:
    """Parse a line; it has faults if a cell is invalid or the cell of its key names no record."""
    values, faults, repairs = file.layout.parse(line)
    faults += [line.fault] if line.fault else []
    parsed = _ParsedLine(line, values, faults, repairs)
    try:
        if spec.key_field in values:
            parsed.key = spec.key(values, file.options)
    except InvalidValue as error:
        faults.append(error.fault.at(spec.key_field))
    return parsed


def _apply(
    file: FileImport[Any], spec: Spec, lines: Iterable[_ParsedLine], before: Mapping[Any, Any]
) -> dict[Any, Any]:
    """Apply lines to their records one after the other, and return the records that changed.

    `before` has the existing records by key. The outcome or the faults of each line are stored in
    the line.
    """
    records = dict(before)
    for line in lines:
        if line.line.fault:  # its cells may be in the columns of other fields
            continue
        record = records.get(line.key)
        try:
            after = _build(file, spec, line, record)
        except FieldError as error:
            line.faults += error.faults
        if not line.faults:
            records[line.key], line.outcome = after, _outcome(record, after)
    return {key: record for key, record in records.items() if record != before.get(key)}


def _build(file: FileImport[Any], spec: Spec, line: _ParsedLine, record: Any) -> Any:
    """Return the record with the values of a line; raise FieldError if they do not fit each other.

    Add a fault if the mode rejects the line. Fields whose cell is invalid are ignored. If the
    record is not found, or is not the one that the mode asks for, so are fields without a value,
    because it is not known which values are stored.
    """
    is_found = line.key is not None
    if is_found and (fault := file.options.mode_fault(exists=record is not None)):
        line.faults.append(fault)
        is_found = False
    if not line.faults:
        return spec.build(line.values, file.options, record, ())
    fields = file.layout.fields
    ignored = {each.pointer for each in line.faults} if is_found else fields.keys() - line.values
    needed = {name: "" for name, field in fields.items() if field.required}
    return spec.build({**needed, **line.values}, file.options, record, ignored)


def _outcome(before: object, after: object) -> UpsertResult:
    """Return what a line did with its record, which is None before it is created."""
    if before is None:
        return UpsertResult.CREATED
    return UpsertResult.UNCHANGED if after == before else UpsertResult.UPDATED

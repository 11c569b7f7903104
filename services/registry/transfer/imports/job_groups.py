"""Import of files of which several lines are one record: gathered on disk first.

Lines of one record need not stand together.
"""

from collections.abc import Iterable, Iterator
from contextlib import closing
from functools import partial
from typing import Any

from services.registry.transfer.imports.chunks import Task, commit
from services.registry.transfer.imports.staging import Staging
from shared.files.tables import Line
from shared.imports.service import save_total
from shared.imports.specs import Group, GroupSpec, GroupWriter

_CHECK_LINES = 50_000
CHUNK_GROUPS = 500
CHUNK_LINES = 5000


def import_groups(task: Task, spec: GroupSpec[Any], lines: Iterable[Line]) -> None:
    """Import the groups of a file that are not yet processed."""
    writer = spec.writer(task.file)
    with closing(Staging()) as staging:
        total = staging.fill(_scan(task, spec, writer, lines))
        save_total(task.run, task.row, total)
        groups = _unprocessed(staging.groups(max_lines=spec.max_lines), task.row.processed)
        for chunk in _chunks(groups):
            commit(task, partial(writer.write, groups=chunk))


def _scan(
    task: Task, spec: GroupSpec[Any], writer: GroupWriter, lines: Iterable[Line]
) -> Iterator[tuple[str, Line]]:
    """Show each line to the writer, and yield it with the key of its group."""
    position = task.file.layout.columns.positions[spec.group_by]
    for line in lines:
        if line.number % _CHECK_LINES == 0:
            task.run.check()
        writer.scan(line)
        yield line.cells[position].strip(), line


def _unprocessed(groups: Iterable[Group], processed: int) -> Iterator[Group]:
    """Leave out the groups that another worker has processed, given the number of their lines."""
    lines = 0
    for group in groups:
        if lines >= processed:
            yield group
        lines += len(group.lines)


def _chunks(groups: Iterable[Group]) -> Iterator[list[Group]]:
    """Split groups into chunks with a limited number of groups and of lines."""
    chunk, lines = list[Group](), 0
    for group in groups:
        chunk.append(group)
        lines += len(group.lines)
        if len(chunk) == CHUNK_GROUPS or lines >= CHUNK_LINES:
            yield chunk
            chunk, lines = [], 0
    if chunk:
        yield chunk

"""Import of files in which several lines form one record, such as the lines of an order.

The lines of a record may be anywhere in the file, so all lines are first sorted on disk.
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

CHUNK_GROUPS = 500
CHUNK_LINES = 5000
"""A chunk ends with its 500th group, or with the group that contains its 5000th line."""


def import_groups(task: Task, spec: GroupSpec[Any], lines: Iterable[Line]) -> None:
    """Import the groups of lines of a file that are not processed yet."""
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
    """Let the writer scan each line, and yield the line with the key of its group."""
    layout = task.file.layout
    for line in lines:
        writer.scan(line)
        yield layout.text(line, spec.group_by), line


def _unprocessed(groups: Iterable[Group], processed: int) -> Iterator[Group]:
    """Skip the groups that an earlier worker has processed; `processed` counts their lines."""
    lines_before = 0
    for group in groups:
        if lines_before >= processed:
            yield group
        lines_before += len(group.lines)


def _chunks(groups: Iterable[Group]) -> Iterator[list[Group]]:
    """Yield lists of groups, each with a limited number of groups and of lines."""
    chunk, line_count = list[Group](), 0
    for group in groups:
        chunk.append(group)
        line_count += len(group.lines)
        if len(chunk) == CHUNK_GROUPS or line_count >= CHUNK_LINES:
            yield chunk
            chunk, line_count = [], 0
    if chunk:
        yield chunk

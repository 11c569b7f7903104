"""Sorting the lines of a file of any size by a key, on the worker's disk.

A temporary SQLite file sorts the lines. Lines with the same key are usually adjacent, so adjacent
ones are stored together as one row, called a run. If the worker is killed, the next one writes a
new temporary file; nothing is lost, because the imported file is stored in the database.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

import orjson

from shared.files.tables import Line, ragged
from shared.imports.specs import Group

MAX_RUN_LINES = 100
"""Adjacent lines with the same key that are stored as one row."""


class Staging:
    """A temporary file that sorts lines by their keys."""

    def __init__(self) -> None:
        self._connection = sqlite3.connect("", isolation_level=None)
        self._connection.execute("PRAGMA cache_size = -32768")
        self._connection.execute("CREATE TABLE runs (key TEXT, number INTEGER, lines BLOB)")

    def fill(self, lines: Iterable[tuple[str, Line]]) -> int:
        """Store the lines of a file, each with its key; return their number."""
        count = 0

        def rows() -> Iterator[tuple[str, int, bytes]]:
            nonlocal count
            for key, run in _runs(lines):
                count += len(run)
                yield key, run[0].number, orjson.dumps([_line_values(line) for line in run])

        self._connection.execute("BEGIN")
        self._connection.executemany("INSERT INTO runs VALUES (?, ?, ?)", rows())
        self._connection.execute("COMMIT")
        return count

    def groups(self, *, max_lines: int) -> Iterator[Group]:
        """Yield a group for each key, sorted by key; its lines are in the order of the file.

        A key with more than `max_lines` lines cannot become a record. The lines of such a key are
        yielded in pieces of at most `max_lines` + 1 lines, all with `is_cut`, and lines with an
        empty key one by one, so that no piece needs much memory. Each row of the table `runs` has
        the adjacent lines of the file with one key, as JSON (see the docstring of the module).
        """
        select = "SELECT key, lines FROM runs ORDER BY key, number"
        runs = self._connection.execute(select)
        for key, rows in groupby(runs, key=itemgetter(0)):
            lines = (_line_from_values(*values) for _, run in rows for values in orjson.loads(run))
            is_cut = False
            while piece := list(islice(lines, max_lines + 1 if key else 1)):
                is_cut = is_cut or len(piece) > max_lines
                yield Group(key, piece, is_cut)

    def close(self) -> None:
        """Close the connection; SQLite then deletes its temporary file."""
        self._connection.close()


def _runs(lines: Iterable[tuple[str, Line]]) -> Iterator[tuple[str, Sequence[Line]]]:
    """Yield (key, lines) for each run of adjacent lines with the same key, of limited length."""
    run_key, run = "", list[Line]()
    for key, line in lines:
        if run and (key != run_key or len(run) == MAX_RUN_LINES):
            yield run_key, run
            run = []
        run_key = key
        run.append(line)
    if run:
        yield run_key, run


def _line_values(line: Line) -> tuple[Any, ...]:
    """Return the number, cells, parameters of the fault, and marked cells of a line, for JSON."""
    fault = line.fault.params if line.fault else None
    return line.number, line.cells, fault, line.rounded, line.merged


def _line_from_values(
    number: int,
    cells: list[str],
    fault: Mapping[str, int] | None,
    rounded: Sequence[int],
    merged: Sequence[int],
) -> Line:
    """Rebuild a line from its stored values: the inverse of `_line_values`."""
    marked = tuple(rounded), tuple(merged)
    return Line(number, cells, ragged(**fault) if fault else None, *marked)

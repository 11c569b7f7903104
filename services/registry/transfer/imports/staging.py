"""Gathering of lines by a key over a file of any size, on the worker's disk.

Lines with the same key need not stand together, but mostly do: those that do are one row of a
temporary SQLite file, which sorts them. It is written again when a killed import goes on, because
the imported file itself is stored in the database.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice
from operator import itemgetter

import orjson

from shared.errors import Fault
from shared.files.tables import Line
from shared.imports.specs import Group

MAX_RUN_LINES = 100


class Staging:
    """A temporary file of lines, sorted by their keys."""

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
                yield key, run[0].number, orjson.dumps([_row(line) for line in run])

        self._connection.execute("BEGIN")
        self._connection.executemany("INSERT INTO runs VALUES (?, ?, ?)", rows())
        self._connection.execute("COMMIT")
        return count

    def groups(self, *, max_lines: int) -> Iterator[Group]:
        """Yield the lines of each key, sorted by key, lines as in the file.

        More than `max_lines` lines come in pieces, and those without a key one by one: no list
        grows that cannot become a record.
        """
        select = "SELECT key, lines FROM runs ORDER BY key, number"
        runs = self._connection.execute(select)
        for key, rows in groupby(runs, key=itemgetter(0)):
            lines = (_line(*row) for _, run in rows for row in orjson.loads(run))
            is_cut = False
            while piece := list(islice(lines, max_lines + 1 if key else 1)):
                is_cut = is_cut or len(piece) > max_lines
                yield Group(key, piece, is_cut)

    def close(self) -> None:
        """Delete the temporary file."""
        self._connection.close()


def _runs(lines: Iterable[tuple[str, Line]]) -> Iterator[tuple[str, Sequence[Line]]]:
    """Yield lines with the same key that stand together as one run, of a limited length."""
    run_key, run = "", list[Line]()
    for key, line in lines:
        if run and (key != run_key or len(run) == MAX_RUN_LINES):
            yield run_key, run
            run = []
        run_key = key
        run.append(line)
    if run:
        yield run_key, run


def _row(line: Line) -> tuple[int, list[str], str | None]:
    return line.number, line.cells, line.fault.message if line.fault else None


def _line(number: int, cells: list[str], fault: str | None) -> Line:
    return Line(number, cells, Fault("", "ragged", fault) if fault else None)

"""Gather the lines of each order over a file of any size, on the worker's disk.

Lines of one order need not stand together, but mostly do: those that do are one row of a temporary
SQLite file, which sorts them. It is made anew when a killed import goes on, because the file itself
is kept in the database.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice
from operator import itemgetter
from typing import NamedTuple

import orjson

from shared.errors import Fault
from shared.files.tables import Line

LONGEST_RUN = 100


class Group(NamedTuple):
    """Lines of an order; `cut` if there are more of them than an order may have."""

    order_id: str
    lines: Sequence[Line]
    cut: bool


class Staging:
    """Lines by the text of their order's id."""

    def __init__(self) -> None:
        self._connection = sqlite3.connect("", isolation_level=None)
        self._connection.execute("PRAGMA cache_size = -32768")
        self._connection.execute("CREATE TABLE runs (order_id TEXT, number INTEGER, lines BLOB)")

    def fill(self, lines: Iterable[tuple[str, Line]]) -> int:
        """Take the lines of a file; tell how many there are."""
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

    def groups(self, *, most: int) -> Iterator[Group]:
        """Give the lines of each order, orders by id, lines as in the file.

        More lines than an order may have come in pieces, and those without an order one by one:
        nothing is gathered that cannot become an order.
        """
        select = "SELECT order_id, lines FROM runs ORDER BY order_id, number"
        runs = self._connection.execute(select)
        for order_id, found in groupby(runs, key=itemgetter(0)):
            lines = (_line(*row) for _, run in found for row in orjson.loads(run))
            cut = False
            while piece := list(islice(lines, most + 1 if order_id else 1)):
                cut = cut or len(piece) > most
                yield Group(order_id, piece, cut)

    def close(self) -> None:
        """Delete the temporary file."""
        self._connection.close()


def _runs(lines: Iterable[tuple[str, Line]]) -> Iterator[tuple[str, Sequence[Line]]]:
    """Put lines of one order that stand together into one, never more than a few at a time."""
    order_id, run = "", list[Line]()
    for key, line in lines:
        if run and (key != order_id or len(run) == LONGEST_RUN):
            yield order_id, run
            run = []
        order_id = key
        run.append(line)
    if run:
        yield order_id, run


def _row(line: Line) -> tuple[int, list[str], str | None]:
    return line.number, line.cells, line.fault.message if line.fault else None


def _line(number: int, cells: list[str], fault: str | None) -> Line:
    return Line(number, cells, Fault("", "ragged", fault) if fault else None)

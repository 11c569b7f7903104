"""Gather the lines of each order over a file of any size, on the worker's disk.

Lines of one order need not stand together. A temporary SQLite file sorts them; it is made anew when
a killed import goes on, because the file itself is kept in the database.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter

import orjson

from shared.errors import Fault
from shared.files.tables import Line

Group = tuple[str, list[Line]]


class Staging:
    """Lines by the text of their order's id."""

    def __init__(self) -> None:
        self._connection = sqlite3.connect("", isolation_level=None)
        self._connection.execute("PRAGMA cache_size = -32768")
        self._connection.execute(
            "CREATE TABLE lines (order_id TEXT, number INTEGER, cells BLOB, fault TEXT)"
        )

    def fill(self, lines: Iterable[tuple[str, Line]]) -> int:
        """Take the lines of a file; tell how many there are."""
        rows = (
            (key, line.number, orjson.dumps(line.cells), line.fault and line.fault.message)
            for key, line in lines
        )
        self._connection.execute("BEGIN")
        self._connection.executemany("INSERT INTO lines VALUES (?, ?, ?, ?)", rows)
        self._connection.execute("COMMIT")
        count = self._connection.execute("SELECT count(*) FROM lines").fetchone()
        return int(count[0])

    def groups(self, after: str | None) -> Iterator[Group]:
        """Give the lines of each order beyond `after`, orders by id, lines as in the file."""
        rows = self._connection.execute(
            "SELECT order_id, number, cells, fault FROM lines WHERE order_id > ? ORDER BY 1, 2"
            if after is not None
            else "SELECT order_id, number, cells, fault FROM lines ORDER BY 1, 2",
            () if after is None else (after,),
        )
        for key, found in groupby(rows, key=itemgetter(0)):
            yield key, [_line(*rest) for _, *rest in found]

    def close(self) -> None:
        """Delete the temporary file."""
        self._connection.close()


def _line(number: int, cells: bytes, fault: str | None) -> Line:
    return Line(number, orjson.loads(cells), Fault("", "ragged", fault) if fault else None)

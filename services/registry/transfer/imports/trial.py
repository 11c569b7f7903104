"""Remember what a dry run would have put on record: its chunks are taken back one by one.

It stands in a temporary SQLite file, so that the memory does not grow with the file.
"""

import pickle
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any


class Trial:
    """Things that a dry run made, by what names them."""

    def __init__(self) -> None:
        self._connection = sqlite3.connect("", isolation_level=None)
        self._connection.execute("PRAGMA cache_size = -32768")
        self._connection.execute("CREATE TABLE things (name TEXT PRIMARY KEY, thing BLOB)")

    def remember(self, things: Mapping[Any, Any]) -> None:
        """Keep things in place of those that were kept by the same names."""
        rows = ((repr(name), pickle.dumps(thing)) for name, thing in things.items())
        self._connection.execute("BEGIN")
        self._connection.executemany("INSERT OR REPLACE INTO things VALUES (?, ?)", rows)
        self._connection.execute("COMMIT")

    def recall(self, names: Iterable[Any]) -> dict[Any, Any]:
        """Give the things that are kept by these names."""
        return {name: thing for name in names if (thing := self._thing(name)) is not None}

    def close(self) -> None:
        """Delete the temporary file."""
        self._connection.close()

    def _thing(self, name: Any) -> Any:
        select = "SELECT thing FROM things WHERE name = ?"
        row = self._connection.execute(select, [repr(name)]).fetchone()
        return pickle.loads(row[0]) if row else None  # noqa: S301  our own file

"""The records that a dry run would have written, for the lines that change them again.

The chunks of a dry run are rolled back, so later chunks do not find these records in the database.
The records are in a temporary SQLite file, so that the worker's memory does not grow with the
imported file.
"""

import pickle
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any


class Trial:
    """The records that a dry run would have written, by their keys."""

    def __init__(self) -> None:
        self._connection = sqlite3.connect("", isolation_level=None)
        self._connection.execute("PRAGMA cache_size = -32768")
        self._connection.execute("CREATE TABLE records (key TEXT PRIMARY KEY, record BLOB)")

    def remember(self, records: Mapping[Any, Any]) -> None:
        """Store records by their keys; a record replaces the stored record with the same key."""
        rows = ((repr(key), pickle.dumps(record)) for key, record in records.items())
        self._connection.execute("BEGIN")
        self._connection.executemany("INSERT OR REPLACE INTO records VALUES (?, ?)", rows)
        self._connection.execute("COMMIT")

    def recall(self, keys: Iterable[Any]) -> dict[Any, Any]:
        """Return the stored records with these keys; keys without a record are left out."""
        return {key: record for key in keys if (record := self._record(key)) is not None}

    def close(self) -> None:
        """Close the connection; SQLite then deletes its temporary file."""
        self._connection.close()

    def _record(self, key: Any) -> Any:
        """Return the stored record with this key; None if there is no such record."""
        select = "SELECT record FROM records WHERE key = ?"
        row = self._connection.execute(select, [repr(key)]).fetchone()
        return pickle.loads(row[0]) if row else None  # noqa: S301  this object has written the file

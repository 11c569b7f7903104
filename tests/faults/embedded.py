"""Below the embedded stack: SQLite files, read with nothing but sqlite3."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from tests.faults.below import Told
from tests.faults.contact import FOLLOWED

LOG = "events.log"
_PATIENCE_SECONDS = 60
_QUICK_MS = 500
_ENDS = "SELECT topic || '/' || part, position FROM {} WHERE true {}"


class Embedded:
    """The files of one product."""

    session_seconds = 0.0
    """Nobody takes over from a member that stands still: its lock dies with it alone."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._read = 0

    def number(self, service: str, sql: str) -> int:
        return int(self.column(service, sql)[0])

    def column(self, service: str, sql: str) -> list[Any]:
        with self._open(service) as connection:
            return [row[0] for row in connection.execute(sql)]

    def change(self, service: str, sql: str) -> bool:
        with self._open(service) as connection:
            connection.execute(f"PRAGMA busy_timeout = {_QUICK_MS}")
            try:
                connection.execute(sql)
            except sqlite3.OperationalError:
                return False
        return True

    def behind(self, group: str) -> int:
        with self._open(LOG) as connection:
            ends = dict(connection.execute(_ENDS.format("ends", "")))
            done = dict(connection.execute(_ENDS.format("offsets", f"AND groupname = '{group}'")))
        own = [place for place in ends if place.rpartition("/")[0] in FOLLOWED[group]]
        return sum(ends[place] - done.get(place, 0) for place in own)

    def records(self) -> list[Told]:
        with self._open(LOG) as connection:
            rows = connection.execute(
                "SELECT sequence, topic, key, headers, value FROM records"
                " WHERE sequence > ? ORDER BY sequence",
                (self._read,),
            ).fetchall()
        self._read = rows[-1][0] if rows else self._read
        return [
            Told(topic, key, json.loads(headers), value) for _, topic, key, headers, value in rows
        ]

    def look_after(self) -> None:
        """Files do not end."""

    def environment(self, service: str) -> dict[str, str]:  # noqa: ARG002  the same for all
        return {"PATRON_DATA": str(self._data)}

    @contextmanager
    def locked(self, name: str) -> Iterator[None]:
        """Hold the write lock of a file, as another program that writes for long."""
        with self._open(name) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            finally:
                connection.rollback()

    @contextmanager
    def _open(self, name: str) -> Iterator[sqlite3.Connection]:
        path = self._data / f"{name}.db"
        with closing(
            sqlite3.connect(path, timeout=_PATIENCE_SECONDS, isolation_level=None)
        ) as connection:
            yield connection

"""The infrastructure of the embedded stack: SQLite files, read with sqlite3 only."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from tests.faults.infrastructure import PublishedRecord
from tests.faults.names import CONSUMED

LOG = "events.log"
_PATIENCE_SECONDS = 60
_SHORT_WAIT_MS = 500
_ENDS = "SELECT topic || '/' || part, position FROM {} WHERE true {}"


class Embedded:
    """The SQLite files of one product."""

    session_seconds = 0.0
    """No other worker takes over from a stopped one, whose lock ends only with its process."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._last_sequence = 0

    def number(self, service: str, sql: str) -> int:
        return int(self.column(service, sql)[0])

    def column(self, service: str, sql: str) -> list[Any]:
        with self._open(service) as connection:
            return [row[0] for row in connection.execute(sql)]

    def change(self, service: str, sql: str) -> bool:
        with self._open(service) as connection:
            connection.execute(f"PRAGMA busy_timeout = {_SHORT_WAIT_MS}")
            try:
                connection.execute(sql)
            except sqlite3.OperationalError:
                return False
        return True

    def consumer_lag(self, group: str) -> int:
        with self._open(LOG) as connection:
            ends = dict(connection.execute(_ENDS.format("ends", "")))
            committed = dict(
                connection.execute(_ENDS.format("offsets", f"AND groupname = '{group}'"))
            )
        consumed = [name for name in ends if name.rpartition("/")[0] in CONSUMED[group]]
        return sum(ends[partition] - committed.get(partition, 0) for partition in consumed)

    def records(self) -> list[PublishedRecord]:
        with self._open(LOG) as connection:
            rows = connection.execute(
                "SELECT sequence, topic, key, headers, value FROM records"
                " WHERE sequence > ? ORDER BY sequence",
                (self._last_sequence,),
            ).fetchall()
        self._last_sequence = rows[-1][0] if rows else self._last_sequence
        return [
            PublishedRecord(topic, key, json.loads(headers), value)
            for _, topic, key, headers, value in rows
        ]

    def restart_servers(self) -> None:
        """Do nothing: the embedded stack has no servers."""

    @contextmanager
    def supervised(self) -> Iterator[None]:
        """Do nothing: the embedded stack has no servers."""
        yield

    def process_settings(self, service: str) -> dict[str, str]:  # noqa: ARG002  the same for all services
        return {"PATRON_DATA": str(self._data)}

    @contextmanager
    def locked(self, name: str) -> Iterator[None]:
        """Lock a file for writing inside the `with` block, as a long transaction does."""
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

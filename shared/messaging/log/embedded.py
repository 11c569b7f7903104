"""The log in one SQLite file: same semantics as Kafka, nothing to install.

Offsets are kept here and committed after the effect, as with Kafka, so that the inbox is needed on
both (docs/decisions/0003). One member of a group reads at a time; the others wait.
"""

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Lock
from typing import Any
from zlib import crc32

import orjson

from shared.contracts.catalogue import is_compacted
from shared.messaging.envelope import ReceivedRecord, Record
from shared.messaging.log import PARTITIONS
from shared.outages import LogUnavailable

_SCHEMA = """
CREATE TABLE IF NOT EXISTS records (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL, part INTEGER NOT NULL,
    position INTEGER NOT NULL, key TEXT NOT NULL, value BLOB, headers BLOB NOT NULL,
    UNIQUE (topic, part, position));
CREATE INDEX IF NOT EXISTS records_by_key ON records (topic, key);
CREATE TABLE IF NOT EXISTS ends (
    topic TEXT, part INTEGER, position INTEGER NOT NULL, PRIMARY KEY (topic, part));
CREATE TABLE IF NOT EXISTS offsets (
    groupname TEXT, topic TEXT, part INTEGER, position INTEGER NOT NULL,
    PRIMARY KEY (groupname, topic, part));
"""


class EmbeddedLog:
    """A log in the file at `path`, shared by the processes of one machine."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = _connect(path)
        self._lock = Lock()

    def append(self, records: Sequence[Record]) -> None:
        """Write all in one transaction."""
        with _explained(), self._lock, self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            self._write(records)

    def _write(self, records: Sequence[Record]) -> None:
        ends: dict[tuple[str, int], int] = {}
        rows = []
        for record in records:
            place = record.topic, crc32(record.key.encode()) % PARTITIONS
            position = ends[place] if place in ends else self._end(*place)
            ends[place] = position + 1
            rows.append((*place, position, record.key, record.value, orjson.dumps(record.headers)))
        self._connection.executemany(
            "INSERT INTO records (topic, part, position, key, value, headers)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            rows,
        )
        self._connection.executemany(
            "INSERT INTO ends VALUES (?, ?, ?)"
            " ON CONFLICT (topic, part) DO UPDATE SET position = excluded.position",
            [(*place, end) for place, end in ends.items()],
        )
        self._compact(records)

    def _end(self, topic: str, part: int) -> int:
        row = self._connection.execute(
            "SELECT position FROM ends WHERE topic = ? AND part = ?", (topic, part)
        ).fetchone()
        return row[0] if row else 0

    def _compact(self, records: Sequence[Record]) -> None:
        """Keep the latest record per key of a state topic, and nothing older."""
        keys = {(r.topic, r.key) for r in records if is_compacted(r.topic)}
        self._connection.executemany(
            "DELETE FROM records WHERE topic = ?1 AND key = ?2 AND sequence <"
            " (SELECT max(sequence) FROM records WHERE topic = ?1 AND key = ?2)",
            sorted(keys),
        )

    def subscribe(self, *, group: str, topics: Sequence[str]) -> "EmbeddedSubscription":
        """Read topics as a member of a group."""
        with _explained():
            return EmbeddedSubscription(self._path, group, topics)

    def history(self, topic: str) -> Iterator[ReceivedRecord]:
        """Read a topic from its beginning to its present end."""
        with _explained(), closing(_connect(self._path)) as connection:
            rows = connection.execute(
                "SELECT part, position, key, value, headers FROM records"
                " WHERE topic = ? ORDER BY sequence",
                (topic,),
            )
            for part, *row in rows:
                yield _received((topic, part), row)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


class EmbeddedSubscription:
    """One member of a group; it reads while it holds the group's lock file."""

    def __init__(self, path: Path, group: str, topics: Sequence[str]) -> None:
        self._connection = _connect(path)
        self._group = group
        self._topics = sorted(topics)
        self._descriptor = os.open(f"{path}.{group}.lock", os.O_CREAT | os.O_RDWR, 0o600)
        self._holds = False
        self._positions: dict[tuple[str, int], int] = {}

    def poll(self, *, seconds: float, most: int) -> list[ReceivedRecord]:
        """Wait for records; give none while another member reads."""
        deadline = time.monotonic() + seconds
        while True:
            with _explained():
                found = self._read(most) if self._take_turn() else []
            if found or time.monotonic() >= deadline:
                return found
            time.sleep(0.02)

    def commit(self, received: Sequence[ReceivedRecord]) -> None:
        """Note the positions after these."""
        ends = {(r.record.topic, r.partition): r.offset + 1 for r in received}
        with _explained(), self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany(
                "INSERT INTO offsets VALUES (?, ?, ?, ?)"
                " ON CONFLICT (groupname, topic, part) DO UPDATE SET position = excluded.position",
                [(self._group, *place, end) for place, end in ends.items()],
            )

    def lag(self) -> int:
        """Count what the group has not committed yet."""
        with _explained():
            committed = self._committed()
            return sum(end - committed[place] for place, end in self._ends() if place in committed)

    def close(self) -> None:
        """Let the next member read."""
        self._connection.close()
        os.close(self._descriptor)

    def _take_turn(self) -> bool:
        if not self._holds:
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            self._holds = True
            self._positions = self._committed()
        return True

    def _committed(self) -> dict[tuple[str, int], int]:
        rows = self._connection.execute(
            "SELECT topic, part, position FROM offsets WHERE groupname = ?", (self._group,)
        )
        committed = {(topic, part): position for topic, part, position in rows}
        places = [(topic, part) for topic in self._topics for part in range(PARTITIONS)]
        return {place: committed.get(place, 0) for place in places}

    def _read(self, most: int) -> list[ReceivedRecord]:
        """Read on, beginning with the partition that has waited longest."""
        ends = dict(self._ends())
        found: list[ReceivedRecord] = []
        for place, position in list(self._positions.items()):
            if ends.get(place, 0) > position and len(found) < most:
                found += self._read_partition(place, position, most - len(found))
        return found

    def _ends(self) -> list[tuple[tuple[str, int], int]]:
        rows = self._connection.execute("SELECT topic, part, position FROM ends")
        return [((topic, part), position) for topic, part, position in rows]

    def _read_partition(
        self, place: tuple[str, int], position: int, most: int
    ) -> list[ReceivedRecord]:
        rows = self._connection.execute(
            "SELECT position, key, value, headers FROM records"
            " WHERE topic = ? AND part = ? AND position >= ? ORDER BY position LIMIT ?",
            (*place, position, most),
        ).fetchall()
        if rows:
            del self._positions[place]
            self._positions[place] = rows[-1][0] + 1
        return [_received(place, row) for row in rows]


@contextmanager
def _explained() -> Iterator[None]:
    """Say of SQLite's errors what they mean to users of a log."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise LogUnavailable(str(error)) from error


def _received(place: tuple[str, int], row: Sequence[Any]) -> ReceivedRecord:
    position, key, value, headers = row
    return ReceivedRecord(Record(place[0], key, value, orjson.loads(headers)), place[1], position)


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")  # an outbox row may be flagged after this
    connection.execute("PRAGMA secure_delete=ON")  # what compaction removes may be personal
    connection.executescript(_SCHEMA)
    return connection

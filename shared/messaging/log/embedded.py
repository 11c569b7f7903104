"""The embedded log: one SQLite file with the semantics of Kafka, and nothing to install.

The offsets of groups are stored in this file too, and committed after the events are applied, as
with Kafka, so that both logs need the inbox (docs/decisions/0003). Only one member of a group reads
at a time; the other members wait.
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
from shared.messaging.log import PARTITIONS, GroupIsReading
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
"""`part` is a partition and `position` an offset. In the table `ends` it is the offset of the next
record that is appended, in `offsets` that of the next record that a group reads."""


class EmbeddedLog:
    """The log in the file at `path`, shared by the processes of one machine."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        with _translated_errors():
            self._connection = _connect(path)
        self._lock = Lock()

    def append(self, records: Sequence[Record]) -> None:
        """Write records in one transaction."""
        with _translated_errors(), self._lock, self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            self._write(records)

    def _write(self, records: Sequence[Record]) -> None:
        """Insert records at the ends of their partitions, then compact the state topics."""
        ends: dict[tuple[str, int], int] = {}
        rows = []
        for record in records:
            partition = record.topic, crc32(record.key.encode()) % PARTITIONS
            offset = ends[partition] if partition in ends else self._end(*partition)
            ends[partition] = offset + 1
            headers = orjson.dumps(record.headers)
            rows.append((*partition, offset, record.key, record.value, headers))
        self._connection.executemany(
            "INSERT INTO records (topic, part, position, key, value, headers)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            rows,
        )
        self._connection.executemany(
            "INSERT INTO ends VALUES (?, ?, ?)"
            " ON CONFLICT (topic, part) DO UPDATE SET position = excluded.position",
            [(*partition, end) for partition, end in ends.items()],
        )
        self._compact(records)

    def _end(self, topic: str, part: int) -> int:
        """Return the offset that the next record of a partition gets."""
        row = self._connection.execute(
            "SELECT position FROM ends WHERE topic = ? AND part = ?", (topic, part)
        ).fetchone()
        return row[0] if row else 0

    def _compact(self, records: Sequence[Record]) -> None:
        """Delete, for the key of each new state in `records`, the older records with this key."""
        keys = {(record.topic, record.key) for record in records if is_compacted(record.topic)}
        self._connection.executemany(
            "DELETE FROM records WHERE topic = ?1 AND key = ?2 AND sequence <"
            " (SELECT max(sequence) FROM records WHERE topic = ?1 AND key = ?2)",
            sorted(keys),
        )

    def subscribe(self, *, group: str, topics: Sequence[str]) -> "EmbeddedSubscription":
        """Join a group of readers of these topics."""
        with _translated_errors():
            return EmbeddedSubscription(self._path, group, topics)

    def forget_offsets(self, group: str) -> bool:
        """Delete the offsets of the group, while its file is locked; return whether it had any."""
        member = EmbeddedSubscription(self._path, group, ())
        try:
            with _translated_errors(), self._lock:
                if not member.lock_group():
                    raise GroupIsReading(group)
                forget = "DELETE FROM offsets WHERE groupname = ?"
                return self._connection.execute(forget, (group,)).rowcount > 0
        finally:
            member.close()

    def history(self, topic: str) -> Iterator[ReceivedRecord]:
        """Yield the records of a topic from its beginning to its present end."""
        with _translated_errors(), closing(_connect(self._path)) as connection:
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
    """A member of a group of readers; it can read while it has locked the group's file."""

    def __init__(self, path: Path, group: str, topics: Sequence[str]) -> None:
        self._connection = _connect(path)
        self._group = group
        self._topics = sorted(topics)
        self._descriptor = os.open(f"{path}.{group}.lock", os.O_CREAT | os.O_RDWR, 0o600)
        self._has_lock = False
        self._offsets: dict[tuple[str, int], int] = {}

    def poll(self, *, seconds: float, max_records: int) -> list[ReceivedRecord]:
        """Wait up to `seconds` for records; return none while another member of the group reads."""
        deadline = time.monotonic() + seconds
        while True:
            with _translated_errors():
                found = self._read(max_records) if self.lock_group() else []
            if found or time.monotonic() >= deadline:
                return found
            time.sleep(0.02)

    def commit(self, received: Sequence[ReceivedRecord]) -> None:
        """Store the offsets after these records."""
        ends = {(item.record.topic, item.partition): item.offset + 1 for item in received}
        with _translated_errors(), self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany(
                "INSERT INTO offsets VALUES (?, ?, ?, ?)"
                " ON CONFLICT (groupname, topic, part) DO UPDATE SET position = excluded.position",
                [(self._group, *partition, end) for partition, end in ends.items()],
            )

    def lag(self) -> int:
        """Return the number of records after the committed offsets of the group.

        The member that reads counts all of them, the others none.
        """
        if not self._has_lock:
            return 0
        with _translated_errors():
            committed = self._committed()
            return sum(
                end - committed[partition]
                for partition, end in self._ends().items()
                if partition in committed
            )

    def close(self) -> None:
        """Release the lock of the group, so that another member can read."""
        self._connection.close()
        os.close(self._descriptor)

    def lock_group(self) -> bool:
        """Lock the file of the group if necessary; return False if another member has locked it."""
        if not self._has_lock:
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            self._has_lock = True
            self._offsets = self._committed()
        return True

    def _committed(self) -> dict[tuple[str, int], int]:
        """Return the committed offset of every partition of the topics."""
        rows = self._connection.execute(
            "SELECT topic, part, position FROM offsets WHERE groupname = ?", (self._group,)
        )
        committed = {(topic, part): offset for topic, part, offset in rows}
        partitions = [(topic, part) for topic in self._topics for part in range(PARTITIONS)]
        return {partition: committed.get(partition, 0) for partition in partitions}

    def _read(self, max_records: int) -> list[ReceivedRecord]:
        """Return the next records, first those of the partition that was read longest ago."""
        ends = self._ends()
        found: list[ReceivedRecord] = []
        for partition, offset in list(self._offsets.items()):
            if ends.get(partition, 0) > offset and len(found) < max_records:
                found += self._read_partition(partition, offset, max_records - len(found))
        return found

    def _ends(self) -> dict[tuple[str, int], int]:
        """Return the offset after the last record of every partition that has records."""
        rows = self._connection.execute("SELECT topic, part, position FROM ends")
        return {(topic, part): offset for topic, part, offset in rows}

    def _read_partition(
        self, partition: tuple[str, int], offset: int, max_records: int
    ) -> list[ReceivedRecord]:
        """Return the next records of a partition; after this, other partitions are read first."""
        rows = self._connection.execute(
            "SELECT position, key, value, headers FROM records"
            " WHERE topic = ? AND part = ? AND position >= ? ORDER BY position LIMIT ?",
            (*partition, offset, max_records),
        ).fetchall()
        if rows:
            del self._offsets[partition]
            self._offsets[partition] = rows[-1][0] + 1
        return [_received(partition, row) for row in rows]


@contextmanager
def _translated_errors() -> Iterator[None]:
    """Turn errors of SQLite inside the `with` block into LogUnavailable."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise LogUnavailable(str(error)) from error


def _received(partition: tuple[str, int], row: Sequence[Any]) -> ReceivedRecord:
    """Return the record that a row of the table `records` contains."""
    topic, number = partition
    offset, key, value, headers = row
    return ReceivedRecord(Record(topic, key, value, orjson.loads(headers)), number, offset)


def _connect(path: Path) -> sqlite3.Connection:
    """Open the file, create missing tables, and set the pragmas of the connection."""
    connection = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")  # the relay marks rows as published after this
    connection.execute("PRAGMA secure_delete=ON")  # what compaction deletes may be personal data
    connection.executescript(_SCHEMA)
    return connection

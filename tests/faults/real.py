"""The infrastructure of the real stack, read with psycopg and kafka-python."""

import os
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import Any

import psycopg
from kafka import KafkaConsumer, TopicPartition

from deploy.local.kafka import Kafka
from deploy.local.postgres import Postgres
from deploy.local.server import StartFailed
from tests.faults.infrastructure import PublishedRecord
from tests.faults.names import CONSUMED
from tests.system.product import eventually, is_running

_START_SECONDS = 120
_POLL_MS = 500
_ANSWER_SECONDS = 10
"""How long a call waits for a server; without it, the client library waits for ever."""
_ANSWER_MS = _ANSWER_SECONDS * 1000
_PAUSE_SECONDS = 0.2
_SIGNALS = {
    "database-killed": signal.SIGKILL,
    "database-fast": signal.SIGINT,
    "database-immediate": signal.SIGQUIT,
    "broker-killed": signal.SIGKILL,
    "broker-stopped": signal.SIGTERM,
}


@dataclass
class Real:
    """The PostgreSQL and Kafka servers of one product."""

    postgres: Postgres
    kafka: Kafka
    folder: Path
    urls: Mapping[str, str]
    session_seconds: float = 16
    _positions: dict[TopicPartition, int] = field(default_factory=dict)
    _lag_consumers: dict[str, Any] = field(default_factory=dict)

    def number(self, service: str, sql: str) -> int:
        return int(self.column(service, sql)[0])

    def column(self, service: str, sql: str) -> list[Any]:
        with psycopg.connect(
            self.urls[service],
            options=f"-csearch_path={service}",
            connect_timeout=_ANSWER_SECONDS,
        ) as connection:
            return [row[0] for row in connection.execute(sql.encode()).fetchall()]

    def change(self, service: str, sql: str) -> bool:
        options = f"-csearch_path={service} -clock_timeout=500ms"
        try:
            with psycopg.connect(self.urls[service], options=options) as connection:
                connection.execute(sql.encode())
        except psycopg.errors.LockNotAvailable:
            return False
        return True

    def consumer_lag(self, group: str) -> int:
        if group not in self._lag_consumers:
            self._lag_consumers[group] = KafkaConsumer(
                bootstrap_servers=self.kafka.bootstrap, group_id=group, enable_auto_commit=False
            )
        consumer = self._lag_consumers[group]
        ends = consumer.end_offsets(_partitions(consumer, CONSUMED[group]), _ANSWER_MS)
        committed = {part: consumer.committed(part, timeout_ms=_ANSWER_MS) or 0 for part in ends}
        return sum(end - committed[part] for part, end in ends.items())

    def records(self) -> list[PublishedRecord]:
        found: list[PublishedRecord] = []
        with closing(
            KafkaConsumer(bootstrap_servers=self.kafka.bootstrap, auto_offset_reset="earliest")
        ) as consumer:
            topics = [name for name in consumer.topics() if name.startswith("patron.")]
            parts = _partitions(consumer, topics)
            ends = consumer.end_offsets(parts, _ANSWER_MS)
            consumer.assign(parts)
            for part in parts:
                consumer.seek(part, self._positions.get(part, 0))
            while any(consumer.position(part, _ANSWER_MS) < end for part, end in ends.items()):
                for records in consumer.poll(_POLL_MS).values():
                    found += map(_published_record, records)
            self._positions = {part: consumer.position(part, _ANSWER_MS) for part in parts}
        return found

    def process_settings(self, service: str) -> dict[str, str]:
        """Return the environment of another process of a service."""
        return {
            "PATRON_DATA": str(self.folder),
            f"{service.upper()}_DATABASE_URL": self.urls[service],
            "PATRON_KAFKA_BOOTSTRAP": self.kafka.bootstrap,
        }

    @contextmanager
    def ended(self, fault: str) -> Iterator[None]:
        """End a server with the signal of the fault; start it again after the `with` block."""
        server = self.kafka if fault.startswith("broker") else self.postgres
        _end(server_pid(server), _SIGNALS[fault])
        try:
            yield
        finally:
            self.restart_servers()

    def restart_servers(self) -> None:
        """Start the servers that have ended, and try again until they run, as an operator would."""
        for server in (self.postgres, self.kafka):
            eventually(partial(_is_up, server), seconds=_START_SECONDS)

    @contextmanager
    def supervised(self) -> Iterator[None]:
        """Start servers again whenever they end inside the `with` block, as a process manager does.

        A server whose disk was full may end only after there is space again.
        """
        finished = Event()

        def restart_ended() -> None:
            while not finished.is_set():
                for server in (self.postgres, self.kafka):
                    _is_up(server)

        thread = Thread(target=restart_ended, name="supervisor")
        thread.start()
        try:
            yield
        finally:
            finished.set()
            thread.join()

    def close(self) -> None:
        for consumer in self._lag_consumers.values():
            consumer.close()


def server_pid(server: Postgres | Kafka) -> int:
    """Return the process id of the server, which is the child of its guard."""
    assert server._process is not None
    guard = server._process._guard.pid
    children = Path(f"/proc/{guard}/task/{guard}/children").read_text().split()
    return int(children[0])


def _end(pid: int, number: signal.Signals) -> None:
    os.kill(pid, number)
    eventually(lambda: not is_running(pid))


def _is_up(server: Postgres | Kafka) -> bool:
    """Start the server if it has ended; return False if it cannot start yet (a full disk)."""
    time.sleep(_PAUSE_SECONDS)  # time for its guard process to notice that the server has ended
    if not server.ended:
        return True
    try:
        server.start()
    except (StartFailed, psycopg.Error):
        return False
    return True


def _partitions(consumer: Any, topics: Any) -> list[TopicPartition]:
    return [
        TopicPartition(topic, number)
        for topic in topics
        for number in sorted(consumer.partitions_for_topic(topic) or ())
    ]


def _published_record(record: Any) -> PublishedRecord:
    headers = {name: value.decode() for name, value in record.headers}
    return PublishedRecord(record.topic, record.key.decode(), headers, record.value)

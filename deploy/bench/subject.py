"""The running product that a benchmark measures, seen from a process of its supervisor."""

import os
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
from kafka import KafkaConsumer, TopicPartition
from kafka.admin import KafkaAdminClient
from psycopg.sql import SQL, Identifier

from deploy.local.roles import SERVICES

PATIENCE_SECONDS = 1200
PAUSE_SECONDS = 0.2
_OVER = frozenset({"succeeded", "failed", "cancelled"})


@dataclass(frozen=True)
class Subject:
    """A running product on the real stack, and its servers' addresses for an administrator."""

    url: str
    key: str
    admin_url: str
    bootstrap: str
    http: httpx.Client

    @property
    def supervisor(self) -> int:
        """The process id of the supervisor, which started this process."""
        return os.getppid()

    def get(self, path: str, **parameters: str | int) -> Any:
        """Return the JSON answer to a GET through the gateway."""
        return self.http.get(path, params=parameters).raise_for_status().json()

    def import_file(self, path: str, file: Path, form: dict[str, str]) -> dict[str, Any]:
        """Import a file and wait until the job is over; raise RuntimeError unless it succeeds."""
        with file.open("rb") as content:
            sent = self.http.post(path, data=form, files={"file": (file.name, content)})
        location = sent.raise_for_status().headers["Location"]
        while (job := self.get(location))["state"] not in _OVER:
            time.sleep(PAUSE_SECONDS)
        if job["state"] != "succeeded":
            raise RuntimeError(f"{file.name} was not imported: {job}")
        return dict(job)

    def settle(self) -> None:
        """Wait until the outboxes are empty, consumers have no lag and all classes are assigned."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self._unpublished() or self._lag() or self._unsettled():
            if time.monotonic() > deadline:
                raise TimeoutError(f"The product did not settle in {PATIENCE_SECONDS} seconds.")
            time.sleep(PAUSE_SECONDS)

    def _unpublished(self) -> int:
        waiting = SQL("SELECT count(*) FROM {}.outbox WHERE published_at IS NULL")
        return sum(self._count(waiting.format(Identifier(service))) for service in SERVICES)

    def _unsettled(self) -> int:
        return self._count(
            SQL("SELECT count(*) FROM scoring.scores WHERE unsettled_since IS NOT NULL")
        )

    def _count(self, statement: Any) -> int:
        with psycopg.connect(self.admin_url) as connection:
            row = connection.execute(statement).fetchone()
        return int(row[0]) if row else 0

    def _lag(self) -> int:
        """Return how many records the consumer groups have not committed, over all their topics."""
        with (
            closing(KafkaAdminClient(bootstrap_servers=self.bootstrap)) as admin,
            closing(KafkaConsumer(bootstrap_servers=self.bootstrap)) as consumer,
        ):
            return sum(_lag_of(admin, consumer, group) for group in SERVICES)


def _lag_of(admin: Any, consumer: Any, group: str) -> int:
    answer = admin.list_group_offsets(group)
    done = {part: committed.offset for part, committed in answer.get(group, answer).items()}
    parts = [
        TopicPartition(topic, number)
        for topic in {part.topic for part in done}
        for number in consumer.partitions_for_topic(topic) or ()
    ]
    return sum(end - done.get(part, 0) for part, end in consumer.end_offsets(parts).items())

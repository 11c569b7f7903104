"""The running product that a benchmark measures; the benchmark is a child of its supervisor."""

import os
import time
from collections.abc import Callable, Iterable
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
_END_STATES = frozenset({"succeeded", "failed", "cancelled"})


@dataclass(frozen=True)
class Subject:
    """A running product on PostgreSQL and Kafka, with the addresses of these servers."""

    url: str
    key: str
    admin_url: str
    bootstrap: str
    http: httpx.Client

    @property
    def supervisor(self) -> int:
        """The process id of the product's supervisor, which is the parent of this process."""
        return os.getppid()

    def get(self, path: str, **parameters: str | int) -> Any:
        """Return the JSON answer to a GET through the gateway."""
        return self.http.get(path, params=parameters).raise_for_status().json()

    def import_file(self, path: str, file: Path, form: dict[str, str]) -> dict[str, Any]:
        """Import a file and return the ended job; raise RuntimeError unless it succeeded."""
        with file.open("rb") as content:
            sent = self.http.post(path, data=form, files={"file": (file.name, content)})
        location = sent.raise_for_status().headers["Location"]
        while (job := self.get(location))["state"] not in _END_STATES:
            time.sleep(PAUSE_SECONDS)
        if job["state"] != "succeeded":
            raise RuntimeError(f"{file.name} was not imported: {job}")
        return dict(job)

    def wait_until_processed(self) -> None:
        """Wait until outboxes are empty, consumers have no lag and ABC classes are up to date."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while any(count() for count in self._work_in_order()):
            if time.monotonic() > deadline:
                raise TimeoutError(
                    f"Events are still unprocessed after {PATIENCE_SECONDS} seconds."
                )
            time.sleep(PAUSE_SECONDS)

    def _work_in_order(self) -> Iterable[Callable[[], int]]:
        """Return functions that count unfinished work, in the order in which events cause it.

        Events of the registry change scores, and the events of their classes reach the registry.
        """
        events = (self._unpublished_events, self._lag)
        return (*events, self._unsettled_scores, *events)

    def _unpublished_events(self) -> int:
        waiting = SQL("SELECT count(*) FROM {}.outbox WHERE published_at IS NULL")
        return sum(self._count(waiting.format(Identifier(service))) for service in SERVICES)

    def _unsettled_scores(self) -> int:
        """Return how many scores changed after the ABC classes were last assigned."""
        return self._count(
            SQL("SELECT count(*) FROM scoring.scores WHERE unsettled_since IS NOT NULL")
        )

    def _count(self, statement: Any) -> int:
        with psycopg.connect(self.admin_url) as connection:
            row = connection.execute(statement).fetchone()
        return int(row[0]) if row else 0

    def _lag(self) -> int:
        """Return how many Kafka records the services have not yet processed, over all topics."""
        with (
            closing(KafkaAdminClient(bootstrap_servers=self.bootstrap)) as admin,
            closing(KafkaConsumer(bootstrap_servers=self.bootstrap)) as consumer,
        ):
            return sum(_lag_of(admin, consumer, group) for group in SERVICES)


def _lag_of(admin: Any, consumer: Any, group: str) -> int:
    """Return how many records of its topics a consumer group has not committed."""
    answer = admin.list_group_offsets(group)
    groups_offsets = answer.get(group, answer)
    offsets = {partition: committed.offset for partition, committed in groups_offsets.items()}
    partitions = [
        TopicPartition(topic, number)
        for topic in {partition.topic for partition in offsets}
        for number in consumer.partitions_for_topic(topic) or ()
    ]
    ends = consumer.end_offsets(partitions)
    return sum(end - offsets.get(partition, 0) for partition, end in ends.items())

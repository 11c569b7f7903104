"""Copies of a service's database within a test, and the service's topics in an embedded log."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import MetaData, insert

from shared.locks import exclusive_lock
from shared.messaging import relay
from shared.messaging.envelope import ReceivedRecord
from shared.messaging.log.embedded import EmbeddedLog
from shared.publications.publication import Publication
from shared.publications.restored import Restore
from tests.services.harness import Running

Copy = list[tuple[str, list[dict[str, Any]]]]
"""The rows of each table, by its name, in an order in which they can be inserted."""


@dataclass(frozen=True)
class Restorable:
    """A running service, and a log to which its outbox is published."""

    service: Running
    log: EmbeddedLog
    publications: Sequence[Publication]

    def publish(self) -> None:
        """Publish the whole outbox, as the relay does."""
        with exclusive_lock(self.service.database, "relay") as lock:
            assert lock is not None
            relay.publish_all(lock, self.log, source=self.service.database.schema)

    def copy(self) -> Copy:
        """Return the rows of all tables, as a dump of the database has them."""
        metadata = self._tables()
        with self.service.database.reading() as session:
            return [
                (table.name, [dict(row) for row in session.execute(table.select()).mappings()])
                for table in metadata.sorted_tables
            ]

    def restore(self, copy: Copy) -> None:
        """Replace the rows of all tables by those of a copy."""
        metadata = self._tables()
        with self.service.database.transaction() as session:
            for table in reversed(metadata.sorted_tables):
                session.execute(table.delete())
            for name, rows in copy:
                if rows:
                    session.execute(insert(metadata.tables[name]), rows)

    def restored(self, **options: Any) -> list[dict[str, Any]]:
        """Run the command `restored`; return its lines."""
        with self.restoring(**options) as restore:
            return list(restore.run())

    @contextmanager
    def restoring(self, **options: Any) -> Iterator[Restore]:
        """Yield a run of the command `restored` that has not begun."""
        with exclusive_lock(self.service.database, "relay") as lock:
            assert lock is not None
            yield Restore(self.service.database, self.log, self.publications, lock=lock, **options)

    def records(self, topic: str, key: str | None = None) -> list[ReceivedRecord]:
        """Return the records of a topic, all or those with a key."""
        return [
            item for item in self.log.history(topic) if key is None or item.record.key == str(key)
        ]

    def _tables(self) -> MetaData:
        """Return the tables of the service, as they are in the database."""
        metadata = MetaData()
        metadata.reflect(self.service.database.engine)
        metadata.remove(metadata.tables["alembic_version"])
        return metadata


def restorable(service: Running, folder: Path, publications: Sequence[Publication]) -> Restorable:
    """Return a running service with a new log in a folder."""
    return Restorable(service, EmbeddedLog(folder / "events.log.db"), publications)

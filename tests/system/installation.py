"""An installation of the product, whose processes are started again and again."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from deploy.local.kafka import Kafka
from tests.system.backup import Backup
from tests.system.product import Running, started


@dataclass(frozen=True)
class Installation:
    """A folder and the servers of a product, which can be started again and again."""

    command: str
    folder: Path
    environment: dict[str, str]
    broker: Kafka | None

    @contextmanager
    def started(self) -> Iterator[Running]:
        """Start the product, and stop it after the block."""
        with started(self.command, self.folder / "data", self.environment) as product:
            url = self.environment.get("PATRON_DATABASE_URL")
            yield replace(product, broker=self.broker, database_url=url)

    def backup(self) -> Backup:
        """Return a backup of this product that is not taken yet."""
        folder = self.folder / f"backup-{secrets.token_hex(4)}"
        bootstrap = self.broker.bootstrap if self.broker else None
        database_url = self.environment.get("PATRON_DATABASE_URL")
        return Backup(folder, self.folder / "data", database_url, bootstrap)

"""PostgreSQL and Kafka for the product: servers from the environment or started here."""

import os
import time
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from deploy.local.kafka import Kafka
from deploy.local.postgres import Postgres
from deploy.local.roles import create_roles
from deploy.local.server import Server, StartFailed

RETRY_SECONDS = 1.0
ENTERABLE_BY_ALL = Path("/var/lib/patron")


@dataclass(slots=True)
class _StartedServer:
    """A server that we started.

    `next_attempt_at` is the earliest monotonic time of a restart, which is later after a failure.
    """

    name: str
    server: Server
    next_attempt_at: float = 0.0


class RealServers:
    """PostgreSQL and Kafka of one product.

    $PATRON_DATABASE_URL and $PATRON_KAFKA_BOOTSTRAP may name existing servers. A missing server is
    started here and stores its data in `folder`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._started: list[_StartedServer] = []

    def start(self) -> dict[str, str]:
        """Start the missing servers, create the database roles; return the services' settings."""
        admin_url = os.environ.get("PATRON_DATABASE_URL") or self._start_postgres()
        bootstrap = os.environ.get("PATRON_KAFKA_BOOTSTRAP") or self._start_kafka()
        roles = create_roles(_without_driver(admin_url))
        urls = {f"{service.upper()}_DATABASE_URL": url for service, url in roles.items()}
        return urls | {"PATRON_KAFKA_BOOTSTRAP": bootstrap}

    def restart_ended(self) -> None:
        """Restart the servers that we started and that have ended, with the same port and data."""
        for started in self._started:
            if started.server.ended and started.next_attempt_at <= time.monotonic():
                _restart(started)

    def close(self) -> None:
        """Stop the servers that we started, in reverse order."""
        for started in reversed(self._started):
            started.server.close()

    def _start_postgres(self) -> str:
        server = Postgres(folder_for_postgres(self._folder / "postgres"))
        self._start(_StartedServer("PostgreSQL", server))
        return server.url

    def _start_kafka(self) -> str:
        server = Kafka(self._folder / "kafka")
        self._start(_StartedServer("Apache Kafka", server))
        return server.bootstrap

    def _start(self, started: _StartedServer) -> None:
        print(f"  {started.name} 启动中 starting", flush=True)
        self._started.append(started)
        started.server.start()


def _restart(started: _StartedServer) -> None:
    """Start a server again; if that fails, print the reason and schedule another attempt."""
    print(f"{started.name} 已退出，将重启 ended, starts again", flush=True)
    try:
        started.server.start()
    except StartFailed as failure:
        started.next_attempt_at = time.monotonic() + RETRY_SECONDS
        print(failure, flush=True)


def _without_driver(url: str) -> str:
    """Return a database URL for psql: without the driver `+psycopg`, which is for SQLAlchemy."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(scheme=parts.scheme.partition("+")[0]))


def folder_for_postgres(folder: Path) -> Path:
    """Return a folder that PostgreSQL's user may enter: `folder` itself if possible.

    If we are root, PostgreSQL runs as `nobody`, who may have no access to `folder`.
    """
    if os.geteuid() != 0 or all(parent.stat().st_mode & 0o001 for parent in folder.parents):
        return folder
    return ENTERABLE_BY_ALL / sha256(str(folder).encode()).hexdigest()[:12]

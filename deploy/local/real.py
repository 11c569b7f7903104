"""PostgreSQL and Kafka for the product: given by the environment, otherwise started here."""

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
class _OwnServer:
    """A server that we started; `due` is when to try again after a failed restart."""

    name: str
    server: Server
    due: float = 0.0


class RealServers:
    """PostgreSQL and Kafka of one product; a server that we start stores its data in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._own: list[_OwnServer] = []

    def start(self) -> dict[str, str]:
        """Start the servers that are not given, create the roles; return the services' settings."""
        admin_url = os.environ.get("PATRON_DATABASE_URL") or self._start_postgres()
        bootstrap = os.environ.get("PATRON_KAFKA_BOOTSTRAP") or self._start_kafka()
        roles = create_roles(_without_driver(admin_url))
        urls = {f"{service.upper()}_DATABASE_URL": url for service, url in roles.items()}
        return urls | {"PATRON_KAFKA_BOOTSTRAP": bootstrap}

    def restart_ended(self) -> None:
        """Restart those of our servers that ended, with the same port and data."""
        for own in self._own:
            if own.server.ended and own.due <= time.monotonic():
                _restart(own)

    def close(self) -> None:
        """Stop the servers that we started, the last one first."""
        for own in reversed(self._own):
            own.server.close()

    def _start_postgres(self) -> str:
        server = Postgres(_enterable(self._folder / "postgres"))
        self._start(_OwnServer("PostgreSQL", server))
        return server.url

    def _start_kafka(self) -> str:
        server = Kafka(self._folder / "kafka")
        self._start(_OwnServer("Apache Kafka", server))
        return server.bootstrap

    def _start(self, own: _OwnServer) -> None:
        print(f"  {own.name} 启动中 starting", flush=True)
        self._own.append(own)
        own.server.start()


def _restart(own: _OwnServer) -> None:
    """Start a server again; if that fails, print why and try again later."""
    print(f"{own.name} 已退出，将重启 ended, starts again", flush=True)
    try:
        own.server.start()
    except StartFailed as failure:
        own.due = time.monotonic() + RETRY_SECONDS
        print(failure, flush=True)


def _without_driver(url: str) -> str:
    """Return an address as psql expects it, without SQLAlchemy's `+psycopg`."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(scheme=parts.scheme.partition("+")[0]))


def _enterable(folder: Path) -> Path:
    """Return the folder; for root, whose PostgreSQL runs as `nobody`, one that all may enter."""
    if os.geteuid() != 0 or all(parent.stat().st_mode & 0o001 for parent in folder.parents):
        return folder
    return ENTERABLE_BY_ALL / sha256(str(folder).encode()).hexdigest()[:12]

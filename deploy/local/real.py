"""The servers of the real stack: those that the environment names, otherwise our own."""

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

AGAIN_SECONDS = 1.0
ELSEWHERE = Path("/var/lib/patron")


@dataclass(slots=True)
class _Own:
    """A server of our own, and when to try again if it could not be started again."""

    name: str
    server: Server
    due: float = 0.0


class RealServers:
    """PostgreSQL and Apache Kafka below one product; what we start keeps its data in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._own: list[_Own] = []

    def start(self) -> dict[str, str]:
        """Start what was not given, make roles and schemas, and give the services' settings."""
        admin_url = os.environ.get("PATRON_DATABASE_URL") or self._start_postgres()
        bootstrap = os.environ.get("PATRON_KAFKA_BOOTSTRAP") or self._start_kafka()
        roles = create_roles(_without_driver(admin_url))
        urls = {f"{service.upper()}_DATABASE_URL": url for service, url in roles.items()}
        return urls | {"PATRON_KAFKA_BOOTSTRAP": bootstrap}

    def look_after(self) -> None:
        """Start again, with the same port and data, what we started and what died."""
        for own in self._own:
            if own.server.ended and own.due <= time.monotonic():
                _start_again(own)

    def close(self) -> None:
        """Stop what we started, the last one first."""
        for own in reversed(self._own):
            own.server.close()

    def _start_postgres(self) -> str:
        server = Postgres(_enterable(self._folder / "postgres"))
        self._start(_Own("PostgreSQL", server))
        return server.url

    def _start_kafka(self) -> str:
        server = Kafka(self._folder / "kafka")
        self._start(_Own("Apache Kafka", server))
        return server.bootstrap

    def _start(self, own: _Own) -> None:
        print(f"  {own.name} 启动中 starting", flush=True)
        self._own.append(own)
        own.server.start()


def _start_again(own: _Own) -> None:
    print(f"{own.name} 已退出，将重启 ended, starts again", flush=True)
    try:
        own.server.start()
    except StartFailed as failure:
        own.due = time.monotonic() + AGAIN_SECONDS
        print(failure, flush=True)


def _without_driver(url: str) -> str:
    """Write `postgresql+psycopg://` as psql knows it."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(scheme=parts.scheme.partition("+")[0]))


def _enterable(folder: Path) -> Path:
    """Give the folder, or as root, whose PostgreSQL runs as `nobody`, one that all may enter."""
    if os.geteuid() != 0 or all(parent.stat().st_mode & 0o001 for parent in folder.parents):
        return folder
    return ELSEWHERE / sha256(str(folder).encode()).hexdigest()[:12]

"""PostgreSQL and Kafka for the product: servers from the environment or started here."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from shutil import which
from urllib.parse import urlsplit, urlunsplit

from deploy.local.kafka import Kafka
from deploy.local.postgres import Postgres, wheel_binaries
from deploy.local.product import port_from_environment
from deploy.local.roles import create_roles
from deploy.local.server import Server, StartFailed, require_free
from shared.addresses import check_brokers, check_database

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
    started here and stores its data in `folder`; it listens on a free port of 127.0.0.1, or on
    $PATRON_POSTGRES_PORT or $PATRON_KAFKA_PORT.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._started: list[_StartedServer] = []
        self._addresses: list[str] = []
        self._password: Path | None = None

    def start(self) -> dict[str, str]:
        """Start the missing servers, create the database roles; return the services' settings."""
        given_url = _given("PATRON_DATABASE_URL", check_database)
        given_brokers = _given("PATRON_KAFKA_BOOTSTRAP", check_brokers)
        admin_url = given_url or self._start_postgres()
        bootstrap = given_brokers or self._start_kafka()
        roles = create_roles(_without_driver(admin_url))
        self._addresses = [*_kafka_lines(bootstrap), *_postgres_lines(admin_url, self._password)]
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

    def addresses(self) -> list[str]:
        """Return lines with the addresses of the servers and commands that connect to them."""
        return self._addresses

    def _start_postgres(self) -> str:
        folder = folder_for_postgres(self._folder / "postgres")
        server = Postgres(folder, port=_chosen_port("PATRON_POSTGRES_PORT"))
        self._start(_StartedServer("PostgreSQL", server))
        self._password = server.password_file
        return server.url

    def _start_kafka(self) -> str:
        server = Kafka(self._folder / "kafka", port=_chosen_port("PATRON_KAFKA_PORT"))
        self._start(_StartedServer("Apache Kafka", server))
        return server.bootstrap

    def _start(self, started: _StartedServer) -> None:
        print(f"  {started.name} 启动中 starting", flush=True)
        self._started.append(started)
        started.server.start()


def _given(variable: str, check: Callable[[str], str]) -> str | None:
    """Return the address in an environment variable, None if it is not set.

    Raises StartFailed with a message without the address if it is malformed.
    """
    try:
        return check(os.environ[variable]) if os.environ.get(variable) else None
    except ValueError as fault:
        raise StartFailed(f"{variable}: {fault}") from None


def _restart(started: _StartedServer) -> None:
    """Start a server again; if that fails, print the reason and schedule another attempt."""
    print(f"{started.name} 已退出，将重启 ended, starts again", flush=True)
    try:
        started.server.start()
    except StartFailed as failure:
        started.next_attempt_at = time.monotonic() + RETRY_SECONDS
        print(failure, flush=True)


def _chosen_port(variable: str) -> int | None:
    """Return the port that an environment variable sets; None if it is unset or 0.

    Raises StartFailed if the port is taken.
    """
    if port := port_from_environment(variable, otherwise=0):
        require_free(port, variable)
    return port or None


def _kafka_lines(bootstrap: str) -> list[str]:
    """Return the address of Kafka, and a command that reads a topic from its beginning."""
    topic = "patron.registry.customer.state.v1"
    command = f"kcat -b {bootstrap} -C -t {topic} -o beginning -e"
    return [f"  消息 Kafka        {bootstrap}", f"                    {command}"]


def _postgres_lines(url: str, password: Path | None) -> list[str]:
    """Return the address of PostgreSQL without the password, and a command that connects to it.

    `password` is the file with the password of a server that we started.
    """
    parts = urlsplit(_without_driver(url))
    address = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], query=""))
    user = f" -U {parts.username}" if parts.username else ""
    variable = f'PGPASSWORD="$(cat {password})" ' if password else ""
    psql = which("psql") or wheel_binaries() / "bin" / "psql"
    command = f"{variable}{psql}{user} {address}"
    return [f"  数据库 PostgreSQL {address}", f"                    {command}"]


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

"""PostgreSQL with the invented company, whose data stay from run to run, and an empty Kafka."""

from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg.sql import SQL, Identifier

from deploy.bench.scale import company, seed
from deploy.local.kafka import Kafka
from deploy.local.postgres import Postgres
from deploy.local.real import folder_for_postgres
from deploy.local.roles import create_roles
from deploy.local.run import Servers
from services.registry.__main__ import SERVICE

MEASURED = "measured"


class ScaleServers(Servers):
    """PostgreSQL and Apache Kafka for one run.

    The product uses a copy of the template database, or, with `is_empty`, an empty database.
    """

    def __init__(self, folder: Path, *, seed_number: int, count: int, is_empty: bool) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.postgres = Postgres(folder_for_postgres(folder / "postgres"))
        self.kafka = Kafka()
        self._seed_number, self._count, self._is_empty = seed_number, count, is_empty

    def prepare(self) -> None:
        """Start PostgreSQL, and create the template database unless it exists.

        This is done before the product runs, so that Ctrl-C stops it: the product waits for signals
        of its own.
        """
        self.postgres.start()
        self._ensure_template()

    def start(self) -> dict[str, str]:
        """Start Kafka, and return the services' settings for the database to measure."""
        self.kafka.start()
        self._create(MEASURED, template=None if self._is_empty else self.template)
        roles = create_roles(self.url_of(MEASURED))
        urls = {f"{service.upper()}_DATABASE_URL": url for service, url in roles.items()}
        return urls | {"PATRON_KAFKA_BOOTSTRAP": self.kafka.bootstrap}

    def restart_ended(self) -> None:
        """Do nothing: a server that died makes the benchmark fail."""

    def close(self) -> None:
        """Stop both servers; the template stays on the disk."""
        self.kafka.close()
        self.postgres.close()

    @property
    def template(self) -> str:
        """The name of the template database, which has the seed, the size and what they depend on.

        A change of the registry's migrations or of the invented company gives another name.
        """
        sources = [*sorted(SERVICE.migrations.glob("versions/*.py")), Path(company.__file__)]
        digest = sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:12]
        return f"company_{digest}_{self._seed_number}_{self._count}"

    def url_of(self, database: str) -> str:
        """Return the administrator's URL of a database."""
        return urlunsplit(urlsplit(self.postgres.url)._replace(path=f"/{database}"))

    def _ensure_template(self) -> None:
        """Create the template database unless it exists."""
        if self._exists(self.template):
            return
        print(f"filling the template {self.template}; this is done once", flush=True)
        unfinished = f"{self.template}_unfinished"
        self._create(unfinished, template=None)
        role = create_roles(self.url_of(unfinished))["registry"]
        seed.fill(role, seed_number=self._seed_number, count=self._count)
        self._execute("ALTER DATABASE {} RENAME TO {}", unfinished, self.template)

    def _exists(self, database: str) -> bool:
        with psycopg.connect(self.postgres.url) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
            return found.fetchone() is not None

    def _create(self, database: str, *, template: str | None) -> None:
        """Create a database, empty or as a copy; an existing one with this name is dropped."""
        self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", database)
        self._execute(
            "CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", database, template or "template0"
        )

    def _execute(self, statement: str, *databases: str) -> None:
        with psycopg.connect(self.postgres.url, autocommit=True) as connection:
            connection.execute(SQL(statement).format(*map(Identifier, databases)))

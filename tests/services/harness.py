"""Services for tests: served over a socket, on a database of the chosen stack."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import inspect, select, text

from services.gateway.identity.signer import sign
from shared import migrations
from shared.contracts.catalogue import contracts
from shared.database import Database
from shared.http.identity import Identity
from shared.messaging.envelope import adapter
from shared.models import Outbox
from shared.row_access import Rows
from shared.service import Service
from shared.settings import ServiceSettings
from tests.services.documented import Documented
from tests.serving import serve

ADMINISTRATOR = Identity("key-admin", "Administrator", frozenset({"admin"}), Rows.ALL)


@dataclass(frozen=True)
class Tokens:
    """Signs identity tokens as the gateway does."""

    key: Ed25519PrivateKey

    def authorization(self, audience: str, caller: Identity = ADMINISTRATOR) -> dict[str, str]:
        """Return the Authorization header with which the gateway forwards requests of `caller`."""
        return {"Authorization": f"Bearer {sign(caller, audience, self.key, time.time())}"}


class _Authorized(httpx.Auth):
    def __init__(self, tokens: Tokens, audience: str, caller: Identity) -> None:
        self._tokens, self._audience, self._caller = tokens, audience, caller

    def auth_flow(self, request: httpx.Request) -> Any:
        request.headers.update(self._tokens.authorization(self._audience, self._caller))
        yield request


@dataclass(frozen=True)
class Running:
    """One running service."""

    url: str
    database: Database
    settings: ServiceSettings
    tokens: Tokens
    client: httpx.Client

    @contextmanager
    def as_caller(self, caller: Identity) -> Iterator[httpx.Client]:
        """Yield a client that calls with another identity."""
        auth = _Authorized(self.tokens, self.settings.name, caller)
        with httpx.Client(base_url=self.url, auth=auth) as client:
            yield client

    def recorded(self, *wanted: type) -> list[Any]:
        """Return the recorded events in order, all of them or those of some classes."""
        with self.database.reading() as session:
            rows = session.execute(select(Outbox.type, Outbox.payload).order_by(Outbox.id)).all()
        kinds = {contract.name: kind for kind, contract in contracts().items()}
        events = [(kinds[name], payload) for name, payload in rows if payload is not None]
        return [
            adapter(kind).validate_json(payload)
            for kind, payload in events
            if not wanted or kind in wanted
        ]


@contextmanager
def running(service: Service, settings: ServiceSettings, tokens: Tokens) -> Iterator[Running]:
    """Migrate and serve a service while the `with` block runs."""
    database = Database(settings.database, schema=settings.name)
    migrations.upgrade(database, service.migrations)
    app = service.create_app(settings)
    hooks: dict[str, list[Any]] = {"response": [Documented(app.openapi())]}
    auth = _Authorized(tokens, settings.name, ADMINISTRATOR)
    with (
        serve(service.guard(app, settings)) as url,
        httpx.Client(base_url=url, auth=auth, timeout=30, event_hooks=hooks) as client,
    ):
        yield Running(url, database, settings, tokens, client)
    database.close()


@cache
def tables(database: Database) -> list[str]:
    """Return the tables of a service but Alembic's, each after those that refer to it."""
    schema = None if database.is_sqlite else database.schema
    found = inspect(database.engine).get_sorted_table_and_fkc_names(schema=schema)
    return [name for name, _ in reversed(found) if name and name != "alembic_version"]


def counted(database: Database) -> dict[str, int]:
    """Return the number of rows of each table, to compare before and after a request."""
    counts = _of_each_table(database, "SELECT count(*)")
    return dict(zip(tables(database), counts, strict=True))


def empty(database: Database) -> None:
    """Delete all rows of a service, except those that migrations insert."""
    filled = _of_each_table(database, "SELECT 1", within="EXISTS")
    names = [name for name, has_rows in zip(tables(database), filled, strict=True) if has_rows]
    with database.transaction() as session:
        if database.is_sqlite:
            session.execute(text("PRAGMA defer_foreign_keys = ON"))
        for name in names:
            if name not in _SEEDED:
                session.execute(text(f'DELETE FROM "{name}"'))  # noqa: S608  names of our tables


def _of_each_table(database: Database, query: str, within: str = "") -> Sequence[Any]:
    """Return the result of a query on each table; one statement for all of them saves time."""
    columns = ", ".join(f'{within}({query} FROM "{name}")' for name in tables(database))
    with database.connection() as connection:
        return connection.execute(text(f"SELECT {columns}")).one()


_SEEDED: frozenset[str] = frozenset({"value_models", "link_keys"})
"""Tables whose rows are defaults that a migration inserts."""

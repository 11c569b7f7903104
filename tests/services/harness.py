"""Services for tests: each runs behind a socket, with a database of the chosen stack."""

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
from tests.services.explained import check_explained
from tests.serving import serve

ADMINISTRATOR = Identity("key-admin", "Administrator", frozenset({"admin"}), Rows.ALL)


@dataclass(frozen=True)
class TokenSigner:
    """Signs identity tokens in the place of the gateway."""

    key: Ed25519PrivateKey

    def authorization(self, audience: str, caller: Identity = ADMINISTRATOR) -> dict[str, str]:
        """Return the Authorization header with which the gateway forwards requests of `caller`."""
        return {"Authorization": f"Bearer {sign(caller, audience, self.key, time.time())}"}


class _Authorized(httpx.Auth):
    """Adds a new identity token of the caller to each request of a client."""

    def __init__(self, token_signer: TokenSigner, audience: str, caller: Identity) -> None:
        self._tokens, self._audience, self._caller = token_signer, audience, caller

    def auth_flow(self, request: httpx.Request) -> Any:
        request.headers.update(self._tokens.authorization(self._audience, self._caller))
        yield request


@dataclass(frozen=True)
class Running:
    """A running service with its database, its settings, and a client of an administrator."""

    url: str
    database: Database
    settings: ServiceSettings
    token_signer: TokenSigner
    client: httpx.Client

    @contextmanager
    def as_caller(self, caller: Identity) -> Iterator[httpx.Client]:
        """Yield a client whose requests have the identity of this caller."""
        auth = _Authorized(self.token_signer, self.settings.name, caller)
        hooks: dict[str, list[Any]] = {"response": [check_explained]}
        with httpx.Client(base_url=self.url, auth=auth, timeout=30, event_hooks=hooks) as client:
            yield client

    def recorded(self, *event_classes: type) -> list[Any]:
        """Return the recorded events in order, of all classes or only of the given ones."""
        return recorded(self.database, *event_classes)


def recorded(database: Database, *event_classes: type) -> list[Any]:
    """Return the events that a service has recorded, of all classes or only of the given ones."""
    with database.reading() as session:
        rows = session.execute(select(Outbox.type, Outbox.payload).order_by(Outbox.id)).all()
    kinds = {contract.name: kind for kind, contract in contracts().items()}
    events = [(kinds[name], payload) for name, payload in rows if payload is not None]
    return [
        adapter(kind).validate_json(payload)
        for kind, payload in events
        if not event_classes or kind in event_classes
    ]


@contextmanager
def running(
    service: Service, settings: ServiceSettings, token_signer: TokenSigner
) -> Iterator[Running]:
    """Serve a service with a migrated database while the `with` block runs."""
    database = Database(settings.database, schema=settings.name)
    migrations.upgrade(database, service.migrations)
    app = service.create_app(settings)
    hooks: dict[str, list[Any]] = {"response": [Documented(app.openapi()), check_explained]}
    auth = _Authorized(token_signer, settings.name, ADMINISTRATOR)
    with (
        serve(service.guard(app, settings)) as url,
        httpx.Client(base_url=url, auth=auth, timeout=30, event_hooks=hooks) as client,
    ):
        yield Running(url, database, settings, token_signer, client)
    database.close()


@cache
def tables(database: Database) -> list[str]:
    """Return the names of a service's tables in an order in which they can be emptied.

    A table with a foreign key comes before the table that the foreign key refers to.
    """
    schema = None if database.is_sqlite else database.schema
    found = inspect(database.engine).get_sorted_table_and_fkc_names(schema=schema)
    return [name for name, _ in reversed(found) if name and name != "alembic_version"]


def counted(database: Database) -> dict[str, int]:
    """Return the number of rows of each table, by the table's name."""
    counts = _query_each_table(database, "SELECT count(*)")
    return dict(zip(tables(database), counts, strict=True))


def empty(database: Database) -> None:
    """Delete all rows of a service, except the rows of tables that migrations fill."""
    filled = _query_each_table(database, "SELECT 1", within="EXISTS")
    names = [name for name, has_rows in zip(tables(database), filled, strict=True) if has_rows]
    with database.transaction() as session:
        if database.is_sqlite:
            session.execute(text("PRAGMA defer_foreign_keys = ON"))
        for name in names:
            if name not in _SEEDED:
                session.execute(text(f'DELETE FROM "{name}"'))  # noqa: S608  names of our tables


def _query_each_table(database: Database, query: str, within: str = "") -> Sequence[Any]:
    """Return the results of `query` for all tables, executed as one statement to save time.

    `within` is an SQL function around each subquery, such as EXISTS.
    """
    columns = ", ".join(f'{within}({query} FROM "{name}")' for name in tables(database))
    with database.connection() as connection:
        return connection.execute(text(f"SELECT {columns}")).one()


_SEEDED: frozenset[str] = frozenset({"value_models", "link_keys"})
"""The tables whose rows a migration inserts as defaults."""

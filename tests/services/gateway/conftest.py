"""Fixtures of the tests of the gateway, which is served in front of two small test services."""

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.local.ports import free_port
from services.gateway import administrator
from services.gateway.__main__ import SERVICE
from services.gateway.app import create_app, guard
from services.gateway.protocol import server_options
from services.gateway.settings import Settings
from shared import migrations
from shared.database import Database
from shared.http.paths import UNDOCUMENTED_PATHS
from tests.services.conftest import SettingsFor
from tests.services.explained import check_explained
from tests.services.gateway.upstream import Upstream
from tests.services.harness import empty
from tests.serving import serve

KEY = "the-administrators-key-of-tests"
"""The administrator's API key."""
PATIENT_SECONDS = 30.0
PATHS = {
    "registry": {
        "/v1/customers": ["get", "post"],
        "/v1/customers/{customer_id}": ["get", "patch"],
        "/v1/imports": ["post"],
    },
    "survey": {"/v1/surveys/{survey_id}/imports": ["post"], "/s/{token}": ["get", "post"]},
    "scoring": {"/v1/scores/{customer_id}": ["get"]},
}
"""The paths and methods that the documents of the services have, by service."""
FILE: dict[str, object] = {"requestBody": {"content": {"multipart/form-data": {}}}}
"""The part of an operation that says that a file is sent."""
UNDOCUMENTED = {"/v1/customers/newest": ["GET"]}
"""The paths that the services answer although they are not in their documents."""


@dataclass(frozen=True)
class Gateway:
    """A running gateway with its database, the test service behind it, and a client.

    The client sends the administrator's key.
    """

    url: str
    settings: Settings
    upstream: Upstream
    database: Database
    client: httpx.Client

    @contextmanager
    def connection(self) -> Iterator[socket.socket]:
        """Yield a TCP connection to the gateway."""
        parts = httpx.URL(self.url)
        with socket.create_connection(
            (parts.host, parts.port or 80), timeout=PATIENT_SECONDS
        ) as connection:
            yield connection

    def create_team(self, name: str) -> str:
        """Create a team and return its id."""
        created = self.client.post("/v1/teams", json={"name": name})
        assert created.status_code == 201, created.text
        return str(created.json()["id"])

    def create_user(self, name: str) -> str:
        """Create a user and return its id."""
        created = self.client.post("/v1/users", json={"name": name})
        assert created.status_code == 201, created.text
        return str(created.json()["id"])

    def change_user(self, user_id: str, **changes: object) -> None:
        """Change fields of a user of version 1."""
        changed = self.client.patch(
            f"/v1/users/{user_id}", json=changes, headers={"If-Match": '"1"'}
        )
        assert changed.status_code == 200, changed.text

    def exchange(self, sent: bytes) -> bytes:
        """Send these bytes and return everything that the gateway sends until it closes."""
        with self.connection() as connection:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            return read_to_end(connection)


def read_to_end(connection: socket.socket) -> bytes:
    """Return everything that the other side sends until it closes the connection."""
    received = bytearray()
    while piece := connection.recv(65536):
        received += piece
    return bytes(received)


def document(paths: dict[str, list[str]]) -> dict[str, object]:
    """Return a small OpenAPI document; `paths` has the methods of each path."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "x", "version": "1"},
        "paths": {
            path: {
                method: {"operationId": f"{method}{path}", "responses": {}}
                | (FILE if path.endswith("/imports") else {})
                for method in methods
            }
            for path, methods in paths.items()
        },
        UNDOCUMENTED_PATHS: UNDOCUMENTED,
    }


@pytest.fixture(scope="session")
def served_gateway(
    settings_for: SettingsFor, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Gateway]:
    """Yield a gateway that runs during all tests; scoring is unreachable.

    Its timeouts are so long that no test reaches one, however busy the machine is.
    """
    data, upstream = tmp_path_factory.mktemp("gateway"), Upstream()
    for service, paths in PATHS.items():
        file = data / "openapi" / service / "area.json"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(document(paths)))
    with ExitStack() as running:
        registry, survey = (
            running.enter_context(serve(upstream.app(name, data / "identity.pub")))
            for name in ("registry", "survey")
        )
        settings = settings_for(
            Settings,
            registry_url=registry,
            survey_url=survey,
            scoring_url=f"http://127.0.0.1:{free_port()}",
            admin_key=KEY,
            upstream_seconds=PATIENT_SECONDS,
            body_seconds=PATIENT_SECONDS,
            header_seconds=PATIENT_SECONDS,
            import_quota_bytes=64 * 1024**2,
        ).model_copy(update={"data": data, "identity_public_key_file": data / "identity.pub"})
        yield running.enter_context(_served(settings, upstream, data / "openapi"))


@contextmanager
def served_like(gateway: Gateway, **changed: Any) -> Iterator[Gateway]:
    """Serve another gateway with the database and services of this one and changed settings."""
    settings = gateway.settings.model_copy(update=changed)
    with _served(settings, gateway.upstream, settings.data / "openapi") as another:
        yield another


@pytest.fixture(scope="session")
def served_impatient_gateway(served_gateway: Gateway) -> Iterator[Gateway]:
    """Yield a gateway that waits one second for headers and for a body."""
    with served_like(served_gateway, body_seconds=1.0, header_seconds=1.0) as another:
        yield another


@contextmanager
def _served(settings: Settings, upstream: Upstream, documents: Path) -> Iterator[Gateway]:
    """Serve a gateway with a migrated database while the `with` block runs."""
    database = Database(settings.database, schema=settings.name)
    migrations.upgrade(database, SERVICE.migrations)
    app = guard(create_app(settings), settings, documents=documents)
    authorization = {"Authorization": f"Bearer {KEY}"}
    with (
        serve(app, **server_options(settings), server_header=False, date_header=False) as url,
        httpx.Client(
            base_url=url,
            headers=authorization,
            timeout=PATIENT_SECONDS,
            event_hooks={"response": [check_explained]},
        ) as client,
    ):
        yield Gateway(url, settings, upstream, database, client)
    database.close()


@pytest.fixture
def gateway(served_gateway: Gateway) -> Gateway:
    """Return the running gateway; the administrator's key is the only key in its database."""
    empty(served_gateway.database)
    administrator.ensure_key(served_gateway.database, served_gateway.settings)
    return served_gateway


@pytest.fixture
def impatient_gateway(gateway: Gateway, served_impatient_gateway: Gateway) -> Gateway:  # noqa: ARG001  empties the database of both
    """Return the gateway that waits one second for a caller."""
    return served_impatient_gateway

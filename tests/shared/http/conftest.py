"""Fixtures that serve the small service of notes, and any router of a test."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TypeAlias

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from shared.http.app import create_app as make_app
from shared.http.app import guarded
from shared.http.routing import Router
from tests.services.harness import Tokens
from tests.serving import serve
from tests.shared.backend import Backend, NotesSettings
from tests.shared.http.notes import GATE, Model, create_app

Serving: TypeAlias = Callable[[], AbstractContextManager[httpx.Client]]
Offering: TypeAlias = Callable[[Router], AbstractContextManager[httpx.Client]]


@pytest.fixture
def tokens(tmp_path: Path) -> Tokens:
    """Return the signer of a gateway; its public key is in the file that services read."""
    signer = Tokens(Ed25519PrivateKey.generate())
    public = signer.key.public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "identity.pub").write_bytes(pem)
    return signer


@pytest.fixture
def serving(backend: Backend, tokens: Tokens) -> Serving:
    """Return a function that starts the service of notes, each time on the same database."""
    Model.metadata.create_all(backend.database.engine)
    settings = backend.settings.model_copy()
    settings.__class__ = type("Named", (NotesSettings,), {"name": backend.schema})

    @contextmanager
    def start() -> Iterator[httpx.Client]:
        headers = tokens.authorization(backend.schema)
        app = guarded(create_app(settings), settings)
        with serve(app) as url, httpx.Client(base_url=url, headers=headers, timeout=30) as client:
            yield client

    return start


@pytest.fixture
def client(serving: Serving) -> Iterator[httpx.Client]:
    """Yield a client of the running service of notes."""
    GATE.inside.clear()
    with serving() as client:
        yield client
    GATE.open.set()


@pytest.fixture
def offering(tmp_path: Path, tokens: Tokens) -> Offering:
    """Return a function that serves a router of a test as services serve theirs."""
    settings = NotesSettings(data=tmp_path)

    @contextmanager
    def start(router: Router) -> Iterator[httpx.Client]:
        app = make_app(settings, title="Test", description="For a test.", routers=[router])
        headers = tokens.authorization(settings.name)
        with (
            serve(guarded(app, settings)) as url,
            httpx.Client(base_url=url, headers=headers, timeout=30) as client,
        ):
            yield client

    return start

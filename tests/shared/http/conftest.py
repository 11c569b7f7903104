"""Fixtures that serve the example service of notes, or the router of a test."""

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
from tests.services.harness import TokenSigner
from tests.serving import serve
from tests.shared.backend import Backend, NotesSettings
from tests.shared.http.notes import GATE, Model, create_app

Serving: TypeAlias = Callable[[], AbstractContextManager[httpx.Client]]
RouterServer: TypeAlias = Callable[[Router], AbstractContextManager[httpx.Client]]


@pytest.fixture
def token_signer(tmp_path: Path) -> TokenSigner:
    """Return a signer with the gateway's role; services read its public key from identity.pub."""
    signer = TokenSigner(Ed25519PrivateKey.generate())
    public = signer.key.public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "identity.pub").write_bytes(pem)
    return signer


@pytest.fixture
def serving(backend: Backend, token_signer: TokenSigner) -> Serving:
    """Return a function that serves the notes while a `with` block runs, on one database."""
    Model.metadata.create_all(backend.database.engine)
    settings = backend.settings.model_copy()
    settings.__class__ = type("Named", (NotesSettings,), {"name": backend.schema})

    @contextmanager
    def start() -> Iterator[httpx.Client]:
        headers = token_signer.authorization(backend.schema)
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
def serve_router(tmp_path: Path, token_signer: TokenSigner) -> RouterServer:
    """Return a function that serves a router while a `with` block runs, as a service would."""
    settings = NotesSettings(data=tmp_path)

    @contextmanager
    def start(router: Router) -> Iterator[httpx.Client]:
        app = make_app(settings, title="Test", description="For a test.", routers=[router])
        headers = token_signer.authorization(settings.name)
        with (
            serve(guarded(app, settings)) as url,
            httpx.Client(base_url=url, headers=headers, timeout=30) as client,
        ):
            yield client

    return start

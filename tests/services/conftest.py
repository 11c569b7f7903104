"""Fixtures of the tests of all services: keys, settings on the chosen stack, running services.

Fixtures import what runs a service when they need it, so that tests of rules alone start in half
the time. The conftest.py of registry, survey and scoring do the same.
"""

import importlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

if TYPE_CHECKING:
    from shared.settings import ServiceSettings
    from tests.services.harness import Running, Tokens

SettingsFor = Callable[..., Any]
Serving = Callable[[str], "Running"]


@pytest.fixture(scope="session")
def tokens() -> "Tokens":
    """Return a signer in the place of the gateway."""
    from tests.services.harness import Tokens  # noqa: PLC0415  see the docstring of the module

    return Tokens(Ed25519PrivateKey.generate())


@pytest.fixture(scope="session")
def public_key_file(tokens: "Tokens", tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file with the public key by which services verify tokens."""
    public = tokens.key.public_key()
    path = tmp_path_factory.mktemp("identity") / "identity.pub"
    path.write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return path


@pytest.fixture(scope="session")
def settings_for(
    stack: str,
    public_key_file: Path,
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> SettingsFor:
    """Return a function that creates the settings of a service on the chosen stack."""
    data = tmp_path_factory.mktemp(stack)

    def create(kind: "type[ServiceSettings]", **more: Any) -> "ServiceSettings":
        urls = request.getfixturevalue("postgres_roles") if stack == "real" else {}
        return kind(
            data=data,
            database_url=urls.get(kind.name),
            identity_public_key_file=public_key_file,
            **more,
        )

    return create


@pytest.fixture(scope="session")
def served(settings_for: SettingsFor, tokens: "Tokens") -> Iterator[Serving]:
    """Yield a function that returns a running service; it is started once and runs to the end."""
    from tests.services.harness import running  # noqa: PLC0415  see the docstring of the module

    with ExitStack() as stack_of_services:

        @cache
        def serve(name: str) -> "Running":
            service = importlib.import_module(f"services.{name}.__main__").SERVICE
            settings = settings_for(service.settings)
            return stack_of_services.enter_context(running(service, settings, tokens))

        yield serve


@pytest.fixture
def serving(served: Serving) -> Serving:
    """Return a function that returns a running service without rows but those of migrations."""
    from tests.services.harness import empty  # noqa: PLC0415  see the docstring of the module

    def emptied(name: str) -> "Running":
        running = served(name)
        empty(running.database)
        return running

    return emptied

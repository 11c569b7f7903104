"""What the tests of all services share: keys, settings on the chosen stack, running services.

What runs a service is loaded by the fixture that runs one: a test of rules alone waits for none
of it and starts in half the time. So do the conftest.py of registry, survey and scoring.
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
    """Give the signer of a gateway."""
    from tests.services.harness import Tokens  # noqa: PLC0415  as the head says

    return Tokens(Ed25519PrivateKey.generate())


@pytest.fixture(scope="session")
def public_key_file(tokens: "Tokens", tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the file that services check tokens with."""
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
    """Give the maker of a service's settings on the chosen stack."""
    data = tmp_path_factory.mktemp(stack)

    def make(kind: "type[ServiceSettings]", **more: Any) -> "ServiceSettings":
        urls = request.getfixturevalue("postgres_roles") if stack == "real" else {}
        return kind(
            data=data,
            database_url=urls.get(kind.name),
            identity_public_key_file=public_key_file,
            **more,
        )

    return make


@pytest.fixture(scope="session")
def served(settings_for: SettingsFor, tokens: "Tokens") -> Iterator[Serving]:
    """Give the server of services: each is started when it is first asked for, and stays."""
    from tests.services.harness import running  # noqa: PLC0415  as the head says

    with ExitStack() as open_ones:

        @cache
        def serve(name: str) -> "Running":
            service = importlib.import_module(f"services.{name}.__main__").SERVICE
            settings = settings_for(service.settings)
            return open_ones.enter_context(running(service, settings, tokens))

        yield serve


@pytest.fixture
def serving(served: Serving) -> Serving:
    """Give a running service by its name, empty but for what migrations bring."""
    from tests.services.harness import empty  # noqa: PLC0415  as the head says

    def emptied(name: str) -> "Running":
        found = served(name)
        empty(found.database)
        return found

    return emptied

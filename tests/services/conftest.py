"""Fixtures of the tests of all services: tokens, settings for the stack, running services.

A fixture imports the code that runs a service only when it is used: tests that need no service then
start in half the time. The conftest.py of registry, survey and scoring do the same.
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
    import httpx

    from shared.settings import ServiceSettings
    from tests.services.gateway.conftest import Gateway
    from tests.services.harness import Running, TokenSigner
    from tests.services.visitor import Visitor

SettingsFor = Callable[..., Any]
Serving = Callable[[str], "Running"]


@pytest.fixture(scope="session")
def token_signer() -> "TokenSigner":
    """Return a signer of identity tokens that takes the place of the gateway."""
    from tests.services.harness import TokenSigner  # noqa: PLC0415  see the docstring of the module

    return TokenSigner(Ed25519PrivateKey.generate())


@pytest.fixture(scope="session")
def public_key_file(token_signer: "TokenSigner", tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of the public key with which services verify the tokens of `token_signer`."""
    public = token_signer.key.public_key()
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
def served(settings_for: SettingsFor, token_signer: "TokenSigner") -> Iterator[Serving]:
    """Yield a function that returns a running service by name.

    A service is started at the first call and runs until the last test.
    """
    from tests.services.harness import running  # noqa: PLC0415  see the docstring of the module

    with ExitStack() as stack_of_services:

        @cache
        def serve(name: str) -> "Running":
            service = importlib.import_module(f"services.{name}.__main__").SERVICE
            settings = settings_for(service.settings)
            return stack_of_services.enter_context(running(service, settings, token_signer))

        yield serve


@pytest.fixture
def serving(served: Serving) -> Serving:
    """Return a function that returns a running service by name, its tables emptied.

    Rows that migrations insert stay.
    """
    from tests.services.harness import empty  # noqa: PLC0415  see the docstring of the module

    def emptied(name: str) -> "Running":
        running = served(name)
        empty(running.database)
        return running

    return emptied


@pytest.fixture(params=["registry", "survey", "scoring", "gateway"])
def service(request: pytest.FixtureRequest, serving: Serving) -> "Running | Gateway":
    """Return a running service for the conformance tests.

    A test module that uses it imports the fixtures `gateway` and `served_gateway`.
    """
    from tests.services import conforming  # noqa: PLC0415  see the docstring of the module

    if request.param == "gateway":
        running_gateway: Gateway = request.getfixturevalue("gateway")
        return running_gateway
    running = serving(request.param)
    if request.param == "scoring":
        conforming.consume_events_of_two_customers(running)
    return running


@pytest.fixture
def visitor(service: "Running | Gateway") -> "Visitor":
    """Return a client that knows the running service only by its OpenAPI document."""
    from tests.services import conforming  # noqa: PLC0415  see the docstring of the module

    return conforming.visitor_of(service)


@pytest.fixture
def stranger(service: "Running | Gateway") -> "Iterator[httpx.Client]":
    """Yield a client whose key may read and write, but sees only its own rows and has none."""
    from tests.services import conforming  # noqa: PLC0415  see the docstring of the module

    with conforming.stranger_to(service) as client:
        yield client

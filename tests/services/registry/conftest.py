"""The registry, running."""

from collections.abc import Iterator

import httpx
import pytest

from services.registry.__main__ import SERVICE
from services.registry.settings import Settings
from tests.services.conftest import SettingsFor
from tests.services.harness import Running, Tokens, empty, running


@pytest.fixture(scope="session")
def served_registry(settings_for: SettingsFor, tokens: Tokens) -> Iterator[Running]:
    """Serve the registry for the whole run, on each stack."""
    with running(SERVICE, settings_for(Settings), tokens) as served:
        yield served


@pytest.fixture
def registry(served_registry: Running) -> Running:
    """Give the registry, empty."""
    empty(served_registry.database)
    return served_registry


@pytest.fixture
def client(registry: Running) -> httpx.Client:
    """Give a client that calls as the administrator."""
    return registry.client

"""Fixtures for the tests of the registry: the running service and a client."""

from typing import TYPE_CHECKING

import httpx
import pytest

from tests.services.conftest import Serving
from tests.services.registry.colleagues import store_all

if TYPE_CHECKING:
    from tests.services.harness import Running


@pytest.fixture
def registry(serving: Serving) -> "Running":
    """Return a running registry whose tables are empty, except that some colleagues are known."""
    running = serving("registry")
    store_all(running.database)
    return running


@pytest.fixture
def client(registry: "Running") -> httpx.Client:
    """Return an HTTP client of the registry that has the administrator's rights."""
    return registry.client

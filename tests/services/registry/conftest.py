"""The registry, running."""

from typing import TYPE_CHECKING

import httpx
import pytest

from tests.services.conftest import Serving

if TYPE_CHECKING:
    from tests.services.harness import Running


@pytest.fixture
def registry(serving: Serving) -> "Running":
    """Give the registry, empty."""
    return serving("registry")


@pytest.fixture
def client(registry: "Running") -> httpx.Client:
    """Give a client that calls as the administrator."""
    return registry.client

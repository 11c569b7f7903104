"""A running registry."""

from typing import TYPE_CHECKING

import httpx
import pytest

from tests.services.conftest import Serving

if TYPE_CHECKING:
    from tests.services.harness import Running


@pytest.fixture
def registry(serving: Serving) -> "Running":
    """Return a running registry without rows."""
    return serving("registry")


@pytest.fixture
def client(registry: "Running") -> httpx.Client:
    """Return a client that calls as the administrator."""
    return registry.client

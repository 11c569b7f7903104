"""Fixtures: a running scoring service, an HTTP client of it, and its worker."""

from typing import TYPE_CHECKING

import httpx
import pytest

from tests.services.conftest import Serving

if TYPE_CHECKING:
    from tests.services.harness import Running
    from tests.services.scoring.publishing import Worker


@pytest.fixture
def scoring(serving: Serving) -> "Running":
    """Return the running service, empty except for the default value model."""
    return serving("scoring")


@pytest.fixture
def client(scoring: "Running") -> httpx.Client:
    """Return a client of the service with the administrator's key."""
    return scoring.client


@pytest.fixture
def worker(scoring: "Running") -> "Worker":
    """Return a worker that handles the events that a test passes to it."""
    from tests.services.scoring.publishing import (  # noqa: PLC0415  tests of pure rules load none
        Worker,
    )

    return Worker(scoring)

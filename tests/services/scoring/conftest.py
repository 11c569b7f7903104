"""Scoring, running, and told of what happens elsewhere."""

from typing import TYPE_CHECKING

import httpx
import pytest

from tests.services.conftest import Serving

if TYPE_CHECKING:
    from tests.services.harness import Running
    from tests.services.scoring.telling import Told


@pytest.fixture
def scoring(serving: Serving) -> "Running":
    """Give the service, empty but for the shipped model."""
    return serving("scoring")


@pytest.fixture
def client(scoring: "Running") -> httpx.Client:
    """Give a client that calls as the administrator."""
    return scoring.client


@pytest.fixture
def told(scoring: "Running") -> "Told":
    """Give the one who tells scoring what happened."""
    from tests.services.scoring.telling import Told  # noqa: PLC0415  a test of rules tells nothing

    return Told(scoring)

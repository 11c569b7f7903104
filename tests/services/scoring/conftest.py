"""Scoring, running, and told of what happens elsewhere."""

import httpx
import pytest

from tests.services.conftest import Serving
from tests.services.harness import Running
from tests.services.scoring.telling import Told


@pytest.fixture
def scoring(serving: Serving) -> Running:
    """Give the service, empty but for the shipped model."""
    return serving("scoring")


@pytest.fixture
def client(scoring: Running) -> httpx.Client:
    """Give a client that calls as the administrator."""
    return scoring.client


@pytest.fixture
def told(scoring: Running) -> Told:
    """Give the one who tells scoring what happened."""
    return Told(scoring)

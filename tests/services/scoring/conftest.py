"""Scoring, running, and told of what happens elsewhere."""

from collections.abc import Iterator

import httpx
import pytest

from services.scoring.__main__ import SERVICE
from services.scoring.settings import Settings
from tests.services.conftest import SettingsFor
from tests.services.harness import Running, Tokens, empty, running
from tests.services.scoring.telling import Told


@pytest.fixture(scope="session")
def served_scoring(settings_for: SettingsFor, tokens: Tokens) -> Iterator[Running]:
    """Serve scoring for the whole run, on each stack."""
    with running(SERVICE, settings_for(Settings), tokens) as served:
        yield served


@pytest.fixture
def scoring(served_scoring: Running) -> Running:
    """Give the service, empty but for the shipped model."""
    empty(served_scoring.database)
    return served_scoring


@pytest.fixture
def client(scoring: Running) -> httpx.Client:
    """Give a client that calls as the administrator."""
    return scoring.client


@pytest.fixture
def told(scoring: Running) -> Told:
    """Give the one who tells scoring what happened."""
    return Told(scoring)

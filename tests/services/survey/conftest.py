"""The survey service, running."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from services.survey.__main__ import SERVICE
from services.survey.settings import Settings
from tests.services.conftest import SettingsFor
from tests.services.harness import Running, Tokens, empty, running
from tests.services.survey.documents import every_type


@pytest.fixture(scope="session")
def served_survey(settings_for: SettingsFor, tokens: Tokens) -> Iterator[Running]:
    """Serve the survey service for the whole run, on each stack."""
    with running(SERVICE, settings_for(Settings), tokens) as served:
        yield served


@pytest.fixture
def surveys(served_survey: Running) -> Running:
    """Give the survey service, empty."""
    empty(served_survey.database)
    return served_survey


@pytest.fixture
def client(surveys: Running) -> httpx.Client:
    """Give a client that calls as the administrator."""
    return surveys.client


@pytest.fixture
def questionnaire(client: httpx.Client) -> dict[str, Any]:
    """Give a published questionnaire with one question of each type."""
    made = client.post("/v1/questionnaires", json=every_type()).json()
    published: dict[str, Any] = client.post(f"/v1/questionnaires/{made['id']}/publish").json()
    return published


@pytest.fixture
def survey(client: httpx.Client, questionnaire: dict[str, Any]) -> dict[str, Any]:
    """Give a published survey with one wave, `2026`."""
    body = {"questionnaire_id": questionnaire["id"], "wave": "2026"}
    made = client.post("/v1/surveys", json=body).json()
    published: dict[str, Any] = client.post(f"/v1/surveys/{made['id']}/publish").json()
    return published

"""Fixtures of the tests of the survey service."""

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.services.conftest import Serving
from tests.services.survey.documents import every_type

if TYPE_CHECKING:
    from tests.services.harness import Running


@pytest.fixture
def surveys(serving: Serving) -> "Running":
    """Start the survey service with an empty database, and return it."""
    return serving("survey")


@pytest.fixture
def client(surveys: "Running") -> httpx.Client:
    """Return an HTTP client that calls the survey service with the rights of an administrator."""
    return surveys.client


@pytest.fixture
def questionnaire(client: httpx.Client) -> dict[str, Any]:
    """Create and publish a questionnaire with one question of each type; return its body."""
    created = client.post("/v1/questionnaires", json=every_type()).json()
    published: dict[str, Any] = client.post(f"/v1/questionnaires/{created['id']}/publish").json()
    return published


@pytest.fixture
def survey(client: httpx.Client, questionnaire: dict[str, Any]) -> dict[str, Any]:
    """Create and publish a survey with one wave, `2026`; return its response body."""
    body = {"questionnaire_id": questionnaire["id"], "wave": "2026"}
    created = client.post("/v1/surveys", json=body).json()
    published: dict[str, Any] = client.post(f"/v1/surveys/{created['id']}/publish").json()
    return published

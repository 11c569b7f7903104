"""The survey service, running."""

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.services.conftest import Serving
from tests.services.survey.documents import every_type

if TYPE_CHECKING:
    from tests.services.harness import Running


@pytest.fixture
def surveys(serving: Serving) -> "Running":
    """Give the survey service, empty."""
    return serving("survey")


@pytest.fixture
def client(surveys: "Running") -> httpx.Client:
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

"""Tests of the list of responses: its sorts by time, and its filters."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import update

from services.survey.fieldwork.response.models import Response
from tests.services.harness import Running
from tests.services.survey.fieldwork.response.test_routes import MEI, submit


@pytest.fixture
def responses(surveys: Running, survey: dict[str, Any]) -> list[str]:
    """Submit three responses, the second at the earliest time, and return their ids."""
    bodies = [
        submit(surveys.client, survey, customer=MEI).json(),
        submit(surveys.client, survey, channel="telephone").json(),
        submit(surveys.client, survey).json(),
    ]
    ids = [str(body["id"]) for body in bodies]
    for response_id, day in zip(ids, (2, 1, 3), strict=True):
        with surveys.database.transaction() as session:
            moment = datetime(2026, 1, day, tzinfo=UTC)
            of_id = update(Response).where(Response.id == UUID(response_id))
            session.execute(of_id.values(submitted_at=moment))
    return ids


def listed(client: httpx.Client, survey: dict[str, Any], **params: Any) -> list[str]:
    """Return the ids of the responses that the list shows for these parameters."""
    answer = client.get(f"/v1/surveys/{survey['id']}/responses", params=params)
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


@pytest.mark.both_stacks
def test_responses_are_sorted_as_recorded_or_as_submitted(
    client: httpx.Client, survey: dict[str, Any], responses: list[str]
) -> None:
    first, second, third = responses
    assert listed(client, survey) == [first, second, third]
    assert listed(client, survey, sort="submitted_at") == [second, first, third]
    assert listed(client, survey, sort="-submitted_at", limit=1) == [third]


def test_responses_are_found_by_channel_time_and_whether_they_are_anonymous(
    client: httpx.Client, survey: dict[str, Any], responses: list[str]
) -> None:
    first, second, third = responses
    assert listed(client, survey, channel="telephone") == [second]
    assert listed(client, survey, submitted_from="2026-01-02T00:00:00Z") == [first, third]
    assert listed(client, survey, submitted_before="2026-01-02T00:00:00Z") == [second]
    assert set(listed(client, survey, anonymous="true")) >= {second, third}

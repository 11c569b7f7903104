"""Tests that a questionnaire with missing translations is published only on request."""

from typing import Any

import httpx
import pytest

from tests.services.survey.design.questionnaire.test_routes import (
    create_questionnaire,
    patch_questionnaire,
)
from tests.services.survey.documents import every_type

pytestmark = pytest.mark.both_stacks

ALLOWED = {"allow_missing_translations": "true"}


def partly_translated() -> dict[str, Any]:
    """Return `every_type()` without the English title and the Chinese label of a row."""
    document = every_type()
    del document["title"]["en"], document["questions"][0]["rows"][1]["text"]["zh"]
    return document


MISSING = [
    {"pointer": "/title", "language": "en"},
    {"pointer": "/questions/0/rows/1/text", "language": "zh"},
]


def test_publishing_is_refused_with_a_fault_for_each_missing_translation(
    client: httpx.Client,
) -> None:
    created = create_questionnaire(client, **partly_translated())
    path = f"/v1/questionnaires/{created['id']}"
    refused = client.post(f"{path}/publish")
    assert refused.status_code == 422
    assert [
        {"pointer": fault["pointer"], **fault["params"]} for fault in refused.json()["errors"]
    ] == MISSING
    assert {fault["code"] for fault in refused.json()["errors"]} == {"missing_translation"}
    assert client.get(path).json() == created


def test_a_questionnaire_with_missing_translations_is_published_if_the_request_allows_it(
    client: httpx.Client,
) -> None:
    path = f"/v1/questionnaires/{create_questionnaire(client, **partly_translated())['id']}"
    published = client.post(f"{path}/publish", params=ALLOWED)
    assert (published.status_code, published.json()["state"]) == (200, "published")
    assert published.json()["missing_translations"] == MISSING
    assert client.post(f"{path}/publish").json() == published.json()


def test_a_draft_lists_its_missing_translations_until_they_are_given(client: httpx.Client) -> None:
    draft = create_questionnaire(client, **partly_translated())
    assert draft["missing_translations"] == MISSING
    titled = patch_questionnaire(client, draft, title={"en": "Satisfaction"}).json()
    assert titled["missing_translations"] == MISSING[1:]
    questions = every_type()["questions"]
    assert patch_questionnaire(client, titled, questions=questions).json() == titled | {
        "questions": create_questionnaire(client)["questions"],
        "missing_translations": [],
        "revision": 3,
        "changed_at": client.get(f"/v1/questionnaires/{draft['id']}").json()["changed_at"],
    }
    assert client.post(f"/v1/questionnaires/{draft['id']}/publish").status_code == 200


def test_a_refused_publication_is_not_stored_under_its_idempotency_key(
    client: httpx.Client,
) -> None:
    draft = create_questionnaire(client, **partly_translated())
    path, headers = f"/v1/questionnaires/{draft['id']}/publish", {"Idempotency-Key": "once"}
    assert client.post(path, headers=headers).status_code == 422
    document = every_type()
    patch_questionnaire(
        client, draft, title=document["title"], questions=document["questions"]
    ).raise_for_status()
    published = client.post(path, headers=headers)
    again = client.post(path, headers=headers)
    assert (published.status_code, again.json()) == (200, published.json())
    other = client.post(path, headers=headers, params=ALLOWED)
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")


def test_a_list_of_missing_translations_has_at_most_100(client: httpx.Client) -> None:
    row = {"text": {"zh": "行"}}
    document = every_type()
    document["questions"][0]["rows"] = [row | {"code": f"row{number}"} for number in range(100)]
    document["questions"][1]["text"] = {"zh": "总体"}
    created = create_questionnaire(client, **document)
    assert len(created["missing_translations"]) == 100
    refused = client.post(f"/v1/questionnaires/{created['id']}/publish")
    assert len(refused.json()["errors"]) == 100

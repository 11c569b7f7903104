"""What the survey service's own OpenAPI document shows works when it is pasted."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from services.survey.app import create_app
from services.survey.settings import Settings
from tests.services.harness import Running
from tests.services.survey.imports.working import work

Document = dict[str, Any]

ORDER = [
    "POST /v1/questionnaires",
    "PATCH /v1/questionnaires/{questionnaire_id}",
    "POST /v1/questionnaires/{questionnaire_id}/publish",
    "POST /v1/surveys",
    "PATCH /v1/surveys/{survey_id}",
    "POST /v1/surveys/{survey_id}/publish",
    "POST /v1/surveys/{survey_id}/responses",
    "POST /v1/surveys/{survey_id}/imports",
    "POST /s/{token}",
    "POST /v1/surveys/{survey_id}/waves",
]
"""A sensible order of everything that takes a body, and of what has to be done in between."""


@pytest.fixture
def document(surveys: Running) -> Document:
    settings: Any = surveys.settings
    assert isinstance(settings, Settings)
    return create_app(settings).openapi()


def operations(document: Document) -> Iterator[tuple[str, Document]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield f"{method.upper()} {path}", operation


def example_of(document: Document, schema: Document) -> Any:
    """Give the one example of a schema; KeyError where there is none."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    (example,) = schema["examples"]
    return example


class Visitor:
    """Sends what the document shows, with the ids just made in the place of those shown."""

    def __init__(self, document: Document, client: httpx.Client) -> None:
        self._document, self._client = document, client
        self._described = dict(operations(document))
        self.ids: dict[str, str] = {}
        self._etag = ""

    def sends(self, name: str) -> httpx.Response:
        verb, _, path = name.partition(" ")
        matching = {"If-Match": self._etag} if verb == "PATCH" else {}
        place = path.format_map(self.ids)
        answer = self._client.request(verb, place, headers=matching, **self._body(name))
        assert answer.status_code < 400, (name, answer.text)
        self._etag = answer.headers.get("ETag", "")
        if name == "POST /v1/questionnaires":
            self.ids["questionnaire_id"] = answer.json()["id"]
        elif name == "POST /v1/surveys":
            self.ids["survey_id"] = answer.json()["id"]
            self.ids["token"] = answer.json()["waves"][0]["link"].removeprefix("/s/")
        return answer

    def _body(self, name: str) -> dict[str, Any]:
        described = self._described[name]
        if "requestBody" not in described:
            return {}
        ((kind, content),) = described["requestBody"]["content"].items()
        example = example_of(self._document, content["schema"])
        if kind == "application/json":
            return {"json": {key: self.ids.get(key, value) for key, value in example.items()}}
        if kind == "application/x-www-form-urlencoded":
            return {"data": example}
        parts = {key: value for key, value in example.items() if key != "file"}
        return {"data": parts, "files": {"file": ("answers.csv", example["file"])}}


@pytest.mark.parametrize("template", [None, {"template": "product-quality"}], ids=str)
def test_every_example_of_a_body_works_when_it_is_pasted(
    surveys: Running, document: Document, template: Document | None
) -> None:
    """After the questionnaire that is shown, and after the bare template: its items are asked."""
    visitor = Visitor(document, surveys.client)
    taking = {name for name, operation in operations(document) if "requestBody" in operation}
    assert taking <= set(ORDER)
    answers = {}
    for name in ORDER:
        if name == "POST /v1/surveys" and template:
            made = surveys.client.post("/v1/questionnaires", json=template).json()
            surveys.client.post(f"/v1/questionnaires/{made['id']}/publish")
            visitor.ids["questionnaire_id"] = made["id"]
        answers[name] = visitor.sends(name)
    work(surveys)
    done = surveys.client.get(answers["POST /v1/surveys/{survey_id}/imports"].headers["Location"])
    assert (done.json()["state"], done.json()["created"]) == ("succeeded", 2)
    assert answers["POST /s/{token}"].status_code == 303
    progress = surveys.client.get(f"/v1/surveys/{visitor.ids['survey_id']}/progress").json()
    assert [wave["n"] for wave in progress["waves"]] == [4, 0]


def test_the_answers_that_are_shown_have_what_answers_have(
    surveys: Running, document: Document
) -> None:
    """But for what is null, which the document leaves out."""
    visitor = Visitor(document, surveys.client)
    described = dict(operations(document))
    for name in ORDER:
        answer = visitor.sends(name)
        if name.startswith("POST /v1"):
            responses = described[name]["responses"][str(answer.status_code)]["content"]
            shown = example_of(document, responses["application/json"]["schema"])
            told = {key for key, value in answer.json().items() if value is not None}
            assert told <= set(shown) <= set(answer.json()), name

"""Tests of the HTTP API of questionnaires."""

from typing import Any

import httpx
import pytest
from sqlalchemy import select

from services.survey.design.questionnaire.models import QuestionnaireVersion
from shared.http.conditional import version_in
from shared.http.identity import Identity
from shared.row_access import Rows
from tests.services.harness import ADMINISTRATOR, Running
from tests.services.survey.documents import every_type, text


def create_questionnaire(client: httpx.Client, **changes: Any) -> dict[str, Any]:
    """Create a draft with one question of each type, and these fields changed; return its body."""
    response = client.post("/v1/questionnaires", json=every_type() | changes)
    assert response.status_code == 201, response.text
    body: dict[str, Any] = response.json()
    return body


def patch_questionnaire(
    client: httpx.Client, questionnaire: dict[str, Any], **fields: Any
) -> httpx.Response:
    """Send a PATCH with these fields; `questionnaire` is the body last read, with its revision."""
    headers = {"If-Match": f'"{questionnaire["revision"]}"'}
    return client.patch(f"/v1/questionnaires/{questionnaire['id']}", json=fields, headers=headers)


def test_a_created_questionnaire_can_be_read_back(client: httpx.Client) -> None:
    response = client.post("/v1/questionnaires", json=every_type())
    read = client.get(response.headers["Location"])
    assert read.json() == response.json()
    assert (read.json()["version"], read.json()["state"]) == (1, "draft")
    assert [question["code"] for question in read.json()["questions"]] == [
        question["code"] for question in every_type()["questions"]
    ]


@pytest.mark.parametrize(
    ("method", "path"), [("PATCH", "templates"), ("POST", "templates/publish"), ("PUT", "")]
)
def test_a_method_that_the_list_of_templates_does_not_have_is_refused_with_405(
    client: httpx.Client, method: str, path: str
) -> None:
    answer = client.request(method, f"/v1/questionnaires/{path}".rstrip("/"), json={})
    assert answer.status_code == 405
    expected = "GET, HEAD, OPTIONS" if path else "GET, HEAD, OPTIONS, POST"
    assert answer.headers["Allow"] == expected


def test_templates_are_listed_and_can_be_read(client: httpx.Client) -> None:
    listed = client.get("/v1/questionnaire-templates").json()["items"]
    assert [each["name"] for each in listed] == ["acsi", "product-quality"]
    read = client.get("/v1/questionnaire-templates/acsi")
    assert read.json()["title"] == listed[0]["title"]
    assert client.get("/v1/questionnaire-templates/none").status_code == 404


@pytest.mark.parametrize("name", ["", "/acsi"])
def test_the_older_paths_of_templates_still_work(surveys: Running, name: str) -> None:
    with surveys.as_caller(ADMINISTRATOR) as client:
        older = client.get(f"/v1/questionnaires/templates{name}")
        assert older.status_code == 200
        assert older.json() == client.get(f"/v1/questionnaire-templates{name}").json()


@pytest.mark.parametrize("template", ["acsi", "product-quality"])
def test_a_questionnaire_created_from_a_template_has_the_questions_of_the_template(
    client: httpx.Client, template: str
) -> None:
    created = client.post("/v1/questionnaires", json={"template": template}).json()
    original = client.get(f"/v1/questionnaire-templates/{template}").json()
    assert created["template"] == template
    assert created["questions"] == original["questions"]


def test_a_questionnaire_created_from_a_template_can_have_its_own_title_and_further_questions(
    client: httpx.Client,
) -> None:
    question = every_type()["questions"][1]
    body = {"template": "product-quality", "title": text("我们的", "Ours"), "questions": [question]}
    created = client.post("/v1/questionnaires", json=body).json()
    assert created["title"] == text("我们的", "Ours")
    assert [created["questions"][0]["code"], created["questions"][-1]["code"]] == [
        "bought",
        "overall",
    ]


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"template": "none"}, "/template", "unknown_template"),
        ({}, "", "incomplete"),
        ({"template": "acsi", "colour": 1}, "/colour", "unknown_field"),
        (every_type() | {"questions": []}, "/questions", "too_short"),
        (every_type() | {"title": {}}, "/title", "text"),
        (every_type() | {"title": {"zh": "a\x00"}}, "/title/zh", "unreadable"),
        (every_type() | {"questions": [{"type": "dance"}]}, "/questions/0/type", "not_one_of"),
    ],
)
def test_an_invalid_body_is_refused_with_the_pointer_to_its_fault(
    client: httpx.Client, body: dict[str, Any], pointer: str, code: str
) -> None:
    response = client.post("/v1/questionnaires", json=body)
    assert response.status_code == 422
    assert (response.json()["errors"][0]["pointer"], response.json()["errors"][0]["code"]) == (
        pointer,
        code,
    )


FAULTS_INSIDE_QUESTIONS: list[tuple[list[int | str], Any, str, str]] = [
    ([0, "rows", 0, "code"], "a b", "/questions/0/rows/0/code", "pattern"),
    ([0, "rows", 0], 1, "/questions/0/rows/0", "object_expected"),
    ([5, "least"], "a", "/questions/5/least", "number"),
    ([5, "least"], True, "/questions/5/least", "number"),
    ([5, "most"], 10**13, "/questions/5/most", "too_large"),
    ([6, "code"], "{a}", "/questions/6/code", "pattern"),
    ([6, "text"], {}, "/questions/6/text", "text"),
    ([6, "text", "zh"], "", "/questions/6/text/zh", "too_short"),
    ([6], 1, "/questions/6", "object_expected"),
]


@pytest.mark.parametrize(("path", "value", "pointer", "code"), FAULTS_INSIDE_QUESTIONS)
def test_a_fault_inside_a_question_is_reported_once_and_with_its_pointer(
    client: httpx.Client, path: list[int | str], value: object, pointer: str, code: str
) -> None:
    """Each case sets an invalid value at a path (indices and keys) below `questions`."""
    document: Any = every_type()
    parent = document["questions"]
    for step in path[:-1]:
        parent = parent[step]
    parent[path[-1]] = value
    created = create_questionnaire(client)
    for response in (
        client.post("/v1/questionnaires", json=document),
        patch_questionnaire(client, created, questions=document["questions"]),
    ):
        (fault,) = response.json()["errors"]
        assert (response.status_code, fault["pointer"], fault["code"]) == (422, pointer, code)


def test_the_bounds_of_a_number_question_stay_integers_or_floats_as_sent(
    client: httpx.Client,
) -> None:
    document = every_type()
    document["questions"][5] |= {"least": 0.5, "most": 20}
    created = create_questionnaire(client, questions=document["questions"])
    question = created["questions"][5]
    assert (repr(question["least"]), repr(question["most"])) == ("0.5", "20")


def test_a_questionnaire_that_breaks_a_rule_is_refused_with_the_pointer_to_its_fault(
    client: httpx.Client,
) -> None:
    document = every_type()
    document["questions"][1]["code"] = "product"
    response = client.post("/v1/questionnaires", json=document)
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "/questions/1/code"


def test_a_draft_can_be_changed_by_a_patch(client: httpx.Client) -> None:
    created = create_questionnaire(client)
    response = patch_questionnaire(client, created, title=text("新", "New"), introduction=None)
    assert response.status_code == 200
    assert response.json()["title"] == text("新", "New")
    assert response.json()["introduction"] is None
    assert response.json()["questions"] == created["questions"]
    assert version_in(response.headers["ETag"]) == 2


def test_a_patch_merges_texts_by_language(client: httpx.Client) -> None:
    created = create_questionnaire(client)
    response = patch_questionnaire(
        client, created, title={"en": "New"}, introduction={"zh": None, "en": "Hello"}
    )
    assert response.json()["title"] == text(created["title"]["zh"], "New")
    assert response.json()["introduction"] == {"zh": None, "en": "Hello"}
    assert response.json()["questions"] == created["questions"]
    without_introduction = patch_questionnaire(client, response.json(), introduction=None).json()
    with_chinese = patch_questionnaire(
        client, without_introduction, introduction={"zh": "请作答"}
    ).json()
    assert with_chinese["introduction"] == {"zh": "请作答", "en": None}


@pytest.mark.parametrize("fields", [[], ["title"], ["title", "introduction", "questions"]])
def test_a_patch_with_equal_values_does_not_raise_the_revision(
    client: httpx.Client, fields: list[str]
) -> None:
    created = create_questionnaire(client)
    response = patch_questionnaire(client, created, **{name: created[name] for name in fields})
    assert (response.status_code, response.json()) == (200, created)
    assert version_in(response.headers["ETag"]) == 1


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"questions": None}, "/questions", "required"),
        ({"title": None}, "/title", "required"),
        ({"title": {"zh": None, "en": None}}, "/title", "text"),
        ({"introduction": {"zh": None, "en": None}}, "/introduction", "text"),
        ({"title": {"de": "Neu"}}, "/title/de", "unknown_field"),
    ],
)
def test_a_patch_that_removes_the_title_the_questions_or_all_languages_of_a_text_is_refused(
    client: httpx.Client, change: dict[str, Any], pointer: str, code: str
) -> None:
    created = create_questionnaire(client)
    response = patch_questionnaire(client, created, **change)
    (fault,) = response.json()["errors"]
    assert (response.status_code, fault["pointer"], fault["code"]) == (422, pointer, code)
    assert client.get(f"/v1/questionnaires/{created['id']}").json() == created


def test_a_published_version_never_changes(
    client: httpx.Client, questionnaire: dict[str, Any]
) -> None:
    response = patch_questionnaire(client, questionnaire, title=text("新", "New"))
    assert response.status_code == 409
    assert response.json()["code"] == "version_published"


def test_publishing_a_questionnaire_twice_changes_nothing(
    client: httpx.Client, questionnaire: dict[str, Any]
) -> None:
    again = client.post(f"/v1/questionnaires/{questionnaire['id']}/publish")
    assert again.json() == questionnaire


def test_a_new_version_is_a_draft_and_the_published_version_stays(
    client: httpx.Client, questionnaire: dict[str, Any]
) -> None:
    path = f"/v1/questionnaires/{questionnaire['id']}"
    opened = client.post(f"{path}/versions")
    assert (opened.status_code, opened.json()["version"]) == (201, 2)
    assert patch_questionnaire(client, opened.json(), title=text("新", "New")).status_code == 200
    first = client.get(f"{path}/versions/1").json()
    assert (first["state"], first["title"]) == ("published", questionnaire["title"])
    listed = client.get(f"{path}/versions").json()["items"]
    assert [(each["version"], each["state"]) for each in listed] == [(2, "draft"), (1, "published")]
    assert client.get(path).json()["version"] == 2


def test_a_new_version_is_refused_while_the_newest_version_is_a_draft(client: httpx.Client) -> None:
    response = client.post(f"/v1/questionnaires/{create_questionnaire(client)['id']}/versions")
    assert (response.status_code, response.json()["code"]) == (409, "draft_open")


@pytest.mark.parametrize("rows", [Rows.OWN, Rows.TEAM])
def test_every_key_reads_questionnaires_and_only_a_key_that_sees_all_rows_changes_them(
    surveys: Running, rows: Rows
) -> None:
    """A questionnaire belongs to no customer, so a key limited to some customers can only read it.

    Part of promise P7: a caller reads and changes only the rows visible to its key.
    """
    created = create_questionnaire(surveys.client)
    path = f"/v1/questionnaires/{created['id']}"
    with surveys.as_caller(Identity("li.na", "", frozenset(), rows, "east")) as client:
        for response in (
            client.post("/v1/questionnaires", json=every_type()),
            patch_questionnaire(client, created, title=text("新", "New")),
            client.post(f"{path}/publish"),
            client.post(f"{path}/versions"),
        ):
            assert (response.status_code, response.json()["code"]) == (403, "forbidden")
        assert client.get("/v1/questionnaires").json()["items"] == [created]
        assert client.get(path).json() == created
        assert client.get(f"{path}/versions/1").json() == created
        assert client.get("/v1/questionnaire-templates").is_success


def test_questionnaires_are_listed_page_by_page(client: httpx.Client) -> None:
    created = [create_questionnaire(client)["id"] for _ in range(3)]
    first = client.get("/v1/questionnaires", params={"limit": 2})
    second = client.get("/v1/questionnaires", params={"limit": 2, "cursor": first.json()["next"]})
    assert [each["id"] for each in first.json()["items"] + second.json()["items"]] == created
    assert second.json()["next"] is None


def test_questionnaires_are_found_by_the_state_of_their_newest_version(
    client: httpx.Client, questionnaire: dict[str, Any]
) -> None:
    other = client.post("/v1/questionnaires", json={"template": "product-quality"}).json()

    def ids(**params: str) -> list[str]:
        page = client.get("/v1/questionnaires", params=params).json()
        return [item["id"] for item in page["items"]]

    assert ids(state="published") == [questionnaire["id"]]
    assert ids(state="draft") == ids(template="product-quality") == [other["id"]]
    client.post(f"/v1/questionnaires/{questionnaire['id']}/versions")
    assert ids(state="published") == []
    assert ids(state="draft") == [questionnaire["id"], other["id"]]


def test_a_text_without_a_visible_character_is_refused_but_a_stored_one_can_be_read(
    surveys: Running,
) -> None:
    questionnaire = create_questionnaire(surveys.client)
    refused = patch_questionnaire(surveys.client, questionnaire, title={"en": "\u200b\u2060"})
    assert [(each["pointer"], each["code"]) for each in refused.json()["errors"]] == [
        ("/title/en", "invisible")
    ]
    with surveys.database.transaction() as session:
        (stored,) = session.scalars(select(QuestionnaireVersion))
        stored.document = {**stored.document, "title": {"en": "\u200b"}}
    found = surveys.client.get(f"/v1/questionnaires/{questionnaire['id']}")
    assert (found.status_code, found.json()["title"]["en"]) == (200, "\u200b")

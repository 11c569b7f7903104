"""Questionnaires over HTTP."""

from typing import Any

import httpx
import pytest

from shared.http.identity import Identity
from shared.row_access import Rows
from tests.services.harness import Running
from tests.services.survey.documents import every_type, text


def designed(client: httpx.Client, **changes: Any) -> dict[str, Any]:
    answer = client.post("/v1/questionnaires", json=every_type() | changes)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


def changed(client: httpx.Client, made: dict[str, Any], **changes: Any) -> httpx.Response:
    headers = {"If-Match": f'"{made["revision"]}"'}
    return client.patch(f"/v1/questionnaires/{made['id']}", json=changes, headers=headers)


def test_a_designed_questionnaire_can_be_read_back(client: httpx.Client) -> None:
    answer = client.post("/v1/questionnaires", json=every_type())
    read = client.get(answer.headers["Location"])
    assert read.json() == answer.json()
    assert (read.json()["version"], read.json()["state"]) == (1, "draft")
    assert [question["code"] for question in read.json()["questions"]] == [
        question["code"] for question in every_type()["questions"]
    ]


def test_templates_are_listed_and_can_be_read(client: httpx.Client) -> None:
    listed = client.get("/v1/questionnaires/templates").json()["items"]
    assert [each["name"] for each in listed] == ["acsi", "product-quality"]
    read = client.get("/v1/questionnaires/templates/acsi")
    assert read.json()["title"] == listed[0]["title"]
    assert client.get("/v1/questionnaires/templates/none").status_code == 404


@pytest.mark.parametrize("template", ["acsi", "product-quality"])
def test_a_template_becomes_a_questionnaire_of_its_own(client: httpx.Client, template: str) -> None:
    made = client.post("/v1/questionnaires", json={"template": template}).json()
    ready = client.get(f"/v1/questionnaires/templates/{template}").json()
    assert made["template"] == template
    assert made["questions"] == ready["questions"]


def test_a_template_can_be_named_and_extended(client: httpx.Client) -> None:
    own = every_type()["questions"][1]
    body = {"template": "product-quality", "title": text("我们的", "Ours"), "questions": [own]}
    made = client.post("/v1/questionnaires", json=body).json()
    assert made["title"] == text("我们的", "Ours")
    assert [made["questions"][0]["code"], made["questions"][-1]["code"]] == ["bought", "overall"]


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"template": "none"}, "/template", "unknown_template"),
        ({}, "", "incomplete"),
        ({"template": "acsi", "colour": 1}, "/colour", "extra_forbidden"),
        (every_type() | {"questions": []}, "/questions", "too_short"),
        (every_type() | {"title": {}}, "/title", "text"),
        (every_type() | {"title": {"zh": "a\x00"}}, "/title/zh", "unreadable"),
        (every_type() | {"questions": [{"type": "dance"}]}, "/questions/0", "union_tag_invalid"),
    ],
)
def test_what_is_no_questionnaire_is_refused_where_it_is_wrong(
    client: httpx.Client, body: dict[str, Any], pointer: str, code: str
) -> None:
    answer = client.post("/v1/questionnaires", json=body)
    assert answer.status_code == 422
    assert (answer.json()["errors"][0]["pointer"], answer.json()["errors"][0]["code"]) == (
        pointer,
        code,
    )


WRONG_INSIDE: list[tuple[list[int | str], Any, str, str]] = [
    ([0, "rows", 0, "code"], "a b", "/questions/0/rows/0/code", "string_pattern_mismatch"),
    ([0, "rows", 0], 1, "/questions/0/rows/0", "model_attributes_type"),
    ([5, "least"], "a", "/questions/5/least", "number"),
    ([5, "least"], True, "/questions/5/least", "number"),
    ([5, "most"], 10**13, "/questions/5/most", "less_than_equal"),
    ([6, "code"], "{a}", "/questions/6/code", "string_pattern_mismatch"),
    ([6, "text"], {}, "/questions/6/text", "text"),
    ([6, "text", "zh"], "", "/questions/6/text/zh", "string_too_short"),
    ([6], 1, "/questions/6", "model_attributes_type"),
]


@pytest.mark.parametrize(("steps", "value", "pointer", "code"), WRONG_INSIDE)
def test_a_fault_inside_a_question_is_told_once_and_where_it_stands(
    client: httpx.Client, steps: list[int | str], value: object, pointer: str, code: str
) -> None:
    document: Any = every_type()
    place = document["questions"]
    for step in steps[:-1]:
        place = place[step]
    place[steps[-1]] = value
    made = designed(client)
    for answer in (
        client.post("/v1/questionnaires", json=document),
        changed(client, made, questions=document["questions"]),
    ):
        (fault,) = answer.json()["errors"]
        assert (answer.status_code, fault["pointer"], fault["code"]) == (422, pointer, code)


def test_bounds_of_numbers_keep_their_kind(client: httpx.Client) -> None:
    document = every_type()
    document["questions"][5] |= {"least": 0.5, "most": 20}
    made = designed(client, questions=document["questions"])
    kept = made["questions"][5]
    assert (repr(kept["least"]), repr(kept["most"])) == ("0.5", "20")


def test_an_unsound_questionnaire_is_refused_where_it_is_unsound(client: httpx.Client) -> None:
    document = every_type()
    document["questions"][1]["code"] = "product"
    answer = client.post("/v1/questionnaires", json=document)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/questions/1/code"


def test_a_draft_can_be_changed(client: httpx.Client) -> None:
    made = designed(client)
    answer = changed(client, made, title=text("新", "New"), introduction=None)
    assert answer.status_code == 200
    assert answer.json()["title"] == text("新", "New")
    assert answer.json()["introduction"] is None
    assert answer.json()["questions"] == made["questions"]
    assert answer.headers["ETag"] == '"2"'


def test_a_patch_merges_texts_by_language(client: httpx.Client) -> None:
    made = designed(client)
    answer = changed(client, made, title={"en": "New"}, introduction={"zh": None, "en": "Hello"})
    assert answer.json()["title"] == text(made["title"]["zh"], "New")
    assert answer.json()["introduction"] == {"zh": None, "en": "Hello"}
    assert answer.json()["questions"] == made["questions"]
    bare = changed(client, answer.json(), introduction=None).json()
    begun = changed(client, bare, introduction={"zh": "请作答"}).json()
    assert begun["introduction"] == {"zh": "请作答", "en": None}


@pytest.mark.parametrize("said", [[], ["title"], ["title", "introduction", "questions"]])
def test_a_patch_that_changes_nothing_is_no_change(client: httpx.Client, said: list[str]) -> None:
    made = designed(client)
    answer = changed(client, made, **{name: made[name] for name in said})
    assert (answer.status_code, answer.json()) == (200, made)
    assert answer.headers["ETag"] == '"1"'


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"questions": None}, "/questions", "required"),
        ({"title": None}, "/title", "required"),
        ({"title": {"zh": None, "en": None}}, "/title", "text"),
        ({"introduction": {"zh": None, "en": None}}, "/introduction", "text"),
        ({"title": {"de": "Neu"}}, "/title/de", "extra_forbidden"),
    ],
)
def test_what_a_questionnaire_must_have_cannot_be_removed(
    client: httpx.Client, change: dict[str, Any], pointer: str, code: str
) -> None:
    made = designed(client)
    answer = changed(client, made, **change)
    (fault,) = answer.json()["errors"]
    assert (answer.status_code, fault["pointer"], fault["code"]) == (422, pointer, code)
    assert client.get(f"/v1/questionnaires/{made['id']}").json() == made


def test_a_published_version_never_changes(
    client: httpx.Client, questionnaire: dict[str, Any]
) -> None:
    answer = changed(client, questionnaire, title=text("新", "New"))
    assert answer.status_code == 409
    assert answer.json()["code"] == "version_published"


def test_publishing_twice_changes_nothing(
    client: httpx.Client, questionnaire: dict[str, Any]
) -> None:
    again = client.post(f"/v1/questionnaires/{questionnaire['id']}/publish")
    assert again.json() == questionnaire


def test_a_new_version_is_a_draft_beside_the_published_one(
    client: httpx.Client, questionnaire: dict[str, Any]
) -> None:
    path = f"/v1/questionnaires/{questionnaire['id']}"
    opened = client.post(f"{path}/versions")
    assert (opened.status_code, opened.json()["version"]) == (201, 2)
    assert changed(client, opened.json(), title=text("新", "New")).status_code == 200
    first = client.get(f"{path}/versions/1").json()
    assert (first["state"], first["title"]) == ("published", questionnaire["title"])
    listed = client.get(f"{path}/versions").json()["items"]
    assert [(each["version"], each["state"]) for each in listed] == [(2, "draft"), (1, "published")]
    assert client.get(path).json()["version"] == 2


def test_only_one_draft_is_open_at_a_time(client: httpx.Client) -> None:
    answer = client.post(f"/v1/questionnaires/{designed(client)['id']}/versions")
    assert (answer.status_code, answer.json()["code"]) == (409, "draft_open")


@pytest.mark.parametrize("rows", [Rows.OWN, Rows.TEAM])
def test_questionnaires_are_read_by_every_key_and_changed_by_those_that_see_all(
    surveys: Running, rows: Rows
) -> None:
    """P7: questionnaires belong to nobody, so a key that sees some rows only reads them."""
    made = designed(surveys.client)
    path = f"/v1/questionnaires/{made['id']}"
    with surveys.as_caller(Identity("li.na", "", frozenset(), rows, "east")) as client:
        for refused in (
            client.post("/v1/questionnaires", json=every_type()),
            changed(client, made, title=text("新", "New")),
            client.post(f"{path}/publish"),
            client.post(f"{path}/versions"),
        ):
            assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
        assert client.get("/v1/questionnaires").json()["items"] == [made]
        assert client.get(path).json() == made
        assert client.get(f"{path}/versions/1").json() == made
        assert client.get("/v1/questionnaires/templates").is_success


def test_questionnaires_are_listed_page_by_page(client: httpx.Client) -> None:
    made = [designed(client)["id"] for _ in range(3)]
    first = client.get("/v1/questionnaires", params={"limit": 2})
    second = client.get("/v1/questionnaires", params={"limit": 2, "cursor": first.json()["next"]})
    assert [each["id"] for each in first.json()["items"] + second.json()["items"]] == made
    assert second.json()["next"] is None

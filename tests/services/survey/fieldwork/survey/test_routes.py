"""Surveys and waves over HTTP, and what others are told of them."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from shared.contracts.survey.survey import SurveyClosed, SurveyPublished, SurveyState
from shared.http.identity import Identity
from shared.row_access import Rows
from tests.services.harness import Running, counted
from tests.services.survey.documents import every_type, text


def prepared(client: httpx.Client, questionnaire: dict[str, Any], **more: Any) -> dict[str, Any]:
    answer = client.post("/v1/surveys", json={"questionnaire_id": questionnaire["id"], **more})
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


def next_version(client: httpx.Client, questionnaire: dict[str, Any], **changes: Any) -> None:
    path = f"/v1/questionnaires/{questionnaire['id']}"
    opened = client.post(f"{path}/versions").json()
    headers = {"If-Match": f'"{opened["revision"]}"'}
    assert client.patch(path, json=changes, headers=headers).status_code == 200
    assert client.post(f"{path}/publish").status_code == 200


def test_a_prepared_survey_pins_the_newest_published_version(
    client: httpx.Client, questionnaire: dict[str, Any]
) -> None:
    made = prepared(client, questionnaire, wave="2026", target=500)
    assert (made["state"], made["title"]) == ("draft", questionnaire["title"])
    (wave,) = made["waves"]
    assert (wave["code"], wave["questionnaire_version"], wave["target"]) == ("2026", 1, 500)
    assert client.get(f"/v1/surveys/{made['id']}").json() == made


def test_the_catalogue_says_how_to_read_the_answers(survey: dict[str, Any]) -> None:
    items = {item["code"]: item for item in survey["items"]}
    assert items["appearance"] == {
        "code": "appearance",
        "type": "matrix",
        "role": "satisfaction",
        "least": 1,
        "most": 5,
        "missing": [0],
    }
    assert items["bought"]["missing"] == ["unknown"]
    assert len(items) == 8


def test_nobody_is_told_of_a_draft(surveys: Running, questionnaire: dict[str, Any]) -> None:
    prepared(surveys.client, questionnaire)
    assert surveys.recorded() == []


def test_publishing_tells_the_catalogue_and_the_state(
    surveys: Running, survey: dict[str, Any]
) -> None:
    fact, state = surveys.recorded()
    assert isinstance(fact, SurveyPublished)
    assert (str(fact.survey_id), fact.version) == (survey["id"], survey["version"])
    assert fact.title.zh == "客户满意度"
    assert [wave.code for wave in fact.waves] == ["2026"]
    assert [item.code for item in fact.items] == [item["code"] for item in survey["items"]]
    assert isinstance(state, SurveyState)
    assert state.state == "published"


def test_publishing_and_closing_twice_tell_once(surveys: Running, survey: dict[str, Any]) -> None:
    path = f"/v1/surveys/{survey['id']}"
    assert surveys.client.post(f"{path}/publish").json() == survey
    closed = [surveys.client.post(f"{path}/close").json() for _ in range(2)]
    assert closed[0]["state"] == "closed"
    assert closed[0] == closed[1]
    assert len(surveys.recorded(SurveyPublished)) == 1
    assert [event.version for event in surveys.recorded(SurveyClosed)] == [closed[0]["version"]]


def test_a_closed_survey_stays_closed(client: httpx.Client, survey: dict[str, Any]) -> None:
    path = f"/v1/surveys/{survey['id']}"
    client.post(f"{path}/close")
    answers = [client.post(f"{path}/publish"), client.post(f"{path}/waves", json={"code": "2027"})]
    assert [(each.status_code, each.json()["code"]) for each in answers] == [
        (409, "survey_closed")
    ] * 2


def test_a_draft_cannot_be_closed(client: httpx.Client, questionnaire: dict[str, Any]) -> None:
    made = prepared(client, questionnaire)
    answer = client.post(f"/v1/surveys/{made['id']}/close")
    assert (answer.status_code, answer.json()["code"]) == (409, "survey_draft")


@pytest.mark.parametrize("number", [None, 1])
def test_a_draft_of_a_questionnaire_cannot_be_asked(
    client: httpx.Client, number: int | None
) -> None:
    made = client.post("/v1/questionnaires", json=every_type()).json()
    body = {"questionnaire_id": made["id"], "questionnaire_version": number}
    answer = client.post("/v1/surveys", json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "questionnaire_not_published")


def test_an_unknown_questionnaire_cannot_be_asked(client: httpx.Client) -> None:
    answer = client.post("/v1/surveys", json={"questionnaire_id": str(uuid4())})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/questionnaire_id"


def test_another_wave_asks_the_newest_version_and_tells_of_it(
    surveys: Running, survey: dict[str, Any], questionnaire: dict[str, Any]
) -> None:
    asked = every_type()["questions"]
    asked[1] |= {"code": "service"}
    next_version(surveys.client, questionnaire, questions=asked)
    answer = surveys.client.post(f"/v1/surveys/{survey['id']}/waves", json={"code": "2027"})
    assert (answer.status_code, answer.json()["questionnaire_version"]) == (201, 2)
    assert surveys.client.get(answer.headers["Location"]).json() == answer.json()
    told = surveys.recorded(SurveyPublished)[-1]
    assert [wave.code for wave in told.waves] == ["2026", "2027"]
    assert {"overall", "service"} <= {item.code for item in told.items}


def test_an_item_keeps_its_meaning_over_all_waves(
    client: httpx.Client, survey: dict[str, Any], questionnaire: dict[str, Any]
) -> None:
    asked = every_type()["questions"]
    asked[1]["scale"]["most"] = 5
    next_version(client, questionnaire, questions=asked)
    answer = client.post(f"/v1/surveys/{survey['id']}/waves", json={"code": "2027"})
    assert (answer.status_code, answer.json()["code"]) == (409, "changed_meaning")
    assert len(client.get(f"/v1/surveys/{survey['id']}/waves").json()["items"]) == 1


def test_the_code_of_a_wave_is_its_own(client: httpx.Client, survey: dict[str, Any]) -> None:
    answer = client.post(f"/v1/surveys/{survey['id']}/waves", json={"code": "2026"})
    assert (answer.status_code, answer.json()["code"]) == (409, "code_taken")


def test_a_wave_can_be_closed_alone(surveys: Running, survey: dict[str, Any]) -> None:
    path = f"/v1/surveys/{survey['id']}"
    surveys.client.post(f"{path}/waves", json={"code": "2027"})
    closed = surveys.client.post(f"{path}/waves/2026/close").json()
    assert closed["closed_at"] is not None
    assert surveys.client.get(path).json()["state"] == "published"
    told = surveys.recorded(SurveyPublished)[-1]
    assert [(wave.code, wave.closed) for wave in told.waves] == [("2026", True), ("2027", False)]


def test_a_title_can_be_mended_and_is_told(surveys: Running, survey: dict[str, Any]) -> None:
    path = f"/v1/surveys/{survey['id']}"
    body = {"title": text("新", "New")}
    headers = {"If-Match": f'"{survey["version"]}"'}
    assert surveys.client.patch(path, json=body).status_code == 428
    assert surveys.client.patch(path, json=body, headers=headers).json()["title"] == body["title"]
    assert surveys.client.patch(path, json=body, headers=headers).status_code == 412
    assert surveys.recorded(SurveyPublished)[-1].title.en == "New"


def test_a_patch_merges_the_title_by_language(surveys: Running, survey: dict[str, Any]) -> None:
    path, headers = f"/v1/surveys/{survey['id']}", {"If-Match": f'"{survey["version"]}"'}
    answer = surveys.client.patch(path, json={"title": {"en": "New"}}, headers=headers)
    assert answer.json()["title"] == text(survey["title"]["zh"], "New")
    removed = surveys.client.patch(
        path, json={"title": {"zh": None}}, headers={"If-Match": answer.headers["ETag"]}
    )
    assert removed.json()["title"] == {"zh": None, "en": "New"}
    assert surveys.recorded(SurveyPublished)[-1].title.zh is None


@pytest.mark.parametrize("said", [[], ["title"]])
def test_a_patch_that_changes_nothing_tells_nobody(
    surveys: Running, survey: dict[str, Any], said: list[str]
) -> None:
    told = surveys.recorded()
    body = {name: survey[name] for name in said}
    headers = {"If-Match": f'"{survey["version"]}"'}
    answer = surveys.client.patch(f"/v1/surveys/{survey['id']}", json=body, headers=headers)
    assert (answer.status_code, answer.json()) == (200, survey)
    assert surveys.recorded() == told


@pytest.mark.parametrize(
    ("title", "code"), [(None, "required"), ({"zh": None, "en": None}, "text")]
)
def test_a_survey_keeps_a_title(
    surveys: Running, survey: dict[str, Any], title: dict[str, None] | None, code: str
) -> None:
    path, headers = f"/v1/surveys/{survey['id']}", {"If-Match": f'"{survey["version"]}"'}
    answer = surveys.client.patch(path, json={"title": title}, headers=headers)
    (fault,) = answer.json()["errors"]
    assert (answer.status_code, fault["pointer"], fault["code"]) == (422, "/title", code)
    assert surveys.client.get(path).json() == survey


@pytest.mark.parametrize("rows", [Rows.OWN, Rows.TEAM])
def test_surveys_are_read_by_every_key_and_changed_by_those_that_see_all(
    surveys: Running, survey: dict[str, Any], rows: Rows
) -> None:
    """P7: surveys belong to nobody, so a key that sees some rows only reads them."""
    path = f"/v1/surveys/{survey['id']}"
    kept = counted(surveys.database)
    with surveys.as_caller(Identity("li.na", "", frozenset(), rows, "east")) as client:
        for refused in (
            client.post("/v1/surveys", json={"questionnaire_id": str(uuid4())}),
            client.patch(path, json={"title": text("新", "New")}, headers={"If-Match": '"2"'}),
            client.post(f"{path}/publish"),
            client.post(f"{path}/waves", json={"code": "2027"}),
            client.post(f"{path}/waves/2026/close"),
            client.post(f"{path}/close"),
        ):
            assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
        assert client.get("/v1/surveys").json()["items"] == [survey]
        assert client.get(path).json() == survey
        assert client.get(f"{path}/waves").json()["items"] == survey["waves"]
        assert client.get(f"{path}/waves/2026").json() == survey["waves"][0]
    assert counted(surveys.database) == kept


@pytest.mark.both_stacks
def test_surveys_are_listed_by_state(client: httpx.Client, questionnaire: dict[str, Any]) -> None:
    first, second = (prepared(client, questionnaire)["id"] for _ in range(2))
    client.post(f"/v1/surveys/{second}/publish")
    listed = client.get("/v1/surveys", params={"state": "published"}).json()["items"]
    assert [each["id"] for each in listed] == [second]
    assert [each["id"] for each in client.get("/v1/surveys").json()["items"]] == [first, second]

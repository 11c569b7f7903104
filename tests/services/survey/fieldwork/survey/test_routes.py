"""Tests of the HTTP API of surveys and waves, and of the events that it publishes."""

from typing import Any

import httpx
import orjson
import pytest
from sqlalchemy import select

from services.survey.fieldwork.survey.models import Survey
from shared.contracts.survey.survey import SurveyClosed, SurveyPublished, SurveyState
from shared.http.identity import Identity
from shared.ids import new_id
from shared.messaging.envelope import adapter
from shared.models import StoredAnswer
from shared.row_access import Rows
from tests.services.harness import Running, counted
from tests.services.survey.documents import every_type, text


def create_survey(
    client: httpx.Client, questionnaire: dict[str, Any], **fields: Any
) -> dict[str, Any]:
    """Create a survey that asks this questionnaire, with these fields; return the response body."""
    response = client.post("/v1/surveys", json={"questionnaire_id": questionnaire["id"], **fields})
    assert response.status_code == 201, response.text
    body: dict[str, Any] = response.json()
    return body


def publish_new_version(
    client: httpx.Client, questionnaire: dict[str, Any], **changes: Any
) -> None:
    """Open the next version of a questionnaire, change these fields, and publish it."""
    path = f"/v1/questionnaires/{questionnaire['id']}"
    opened = client.post(f"{path}/versions").json()
    headers = {"If-Match": f'"{opened["revision"]}"'}
    assert client.patch(path, json=changes, headers=headers).status_code == 200
    assert client.post(f"{path}/publish").status_code == 200


def test_a_new_survey_asks_the_newest_published_version_of_its_questionnaire(
    client: httpx.Client, questionnaire: dict[str, Any]
) -> None:
    created = create_survey(client, questionnaire, wave="2026", target=500)
    assert (created["state"], created["title"]) == ("draft", questionnaire["title"])
    (wave,) = created["waves"]
    assert (wave["code"], wave["questionnaire_version"], wave["target"]) == ("2026", 1, 500)
    assert client.get(f"/v1/surveys/{created['id']}").json() == created


def test_a_survey_lists_its_items_with_their_scales_and_missing_codes(
    survey: dict[str, Any],
) -> None:
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


def test_creating_a_survey_publishes_no_event_because_it_is_a_draft(
    surveys: Running, questionnaire: dict[str, Any]
) -> None:
    create_survey(surveys.client, questionnaire)
    assert surveys.recorded() == []


def test_publishing_a_survey_publishes_an_event_with_its_items_and_its_state(
    surveys: Running, survey: dict[str, Any]
) -> None:
    published, state = surveys.recorded()
    assert isinstance(published, SurveyPublished)
    assert (str(published.survey_id), published.version) == (survey["id"], survey["version"])
    assert published.title.zh == "客户满意度"
    assert [wave.code for wave in published.waves] == ["2026"]
    assert [item.code for item in published.items] == [item["code"] for item in survey["items"]]
    assert isinstance(state, SurveyState)
    assert state.state == "published"


def test_publishing_or_closing_a_survey_twice_publishes_one_event(
    surveys: Running, survey: dict[str, Any]
) -> None:
    path = f"/v1/surveys/{survey['id']}"
    assert surveys.client.post(f"{path}/publish").json() == survey
    closed = [surveys.client.post(f"{path}/close").json() for _ in range(2)]
    assert closed[0]["state"] == "closed"
    assert closed[0] == closed[1]
    assert {wave["closed_at"] for wave in closed[0]["waves"]} == {closed[0]["closed_at"]}
    assert len(surveys.recorded(SurveyPublished)) == 1
    assert [event.version for event in surveys.recorded(SurveyClosed)] == [closed[0]["version"]]


def test_a_closed_survey_cannot_be_published_again_and_gets_no_new_wave(
    client: httpx.Client, survey: dict[str, Any]
) -> None:
    path = f"/v1/surveys/{survey['id']}"
    client.post(f"{path}/close")
    responses = [
        client.post(f"{path}/publish"),
        client.post(f"{path}/waves", json={"code": "2027"}),
    ]
    assert [(each.status_code, each.json()["code"]) for each in responses] == [
        (409, "survey_closed")
    ] * 2


def test_a_draft_of_a_survey_cannot_be_closed(
    client: httpx.Client, questionnaire: dict[str, Any]
) -> None:
    created = create_survey(client, questionnaire)
    response = client.post(f"/v1/surveys/{created['id']}/close")
    assert (response.status_code, response.json()["code"]) == (409, "survey_draft")


@pytest.mark.parametrize("number", [None, 1])
def test_a_survey_of_a_questionnaire_that_is_not_published_is_refused(
    client: httpx.Client, number: int | None
) -> None:
    created = client.post("/v1/questionnaires", json=every_type()).json()
    body = {"questionnaire_id": created["id"], "questionnaire_version": number}
    response = client.post("/v1/surveys", json=body)
    assert (response.status_code, response.json()["code"]) == (409, "questionnaire_not_published")


def test_a_survey_of_an_unknown_questionnaire_is_refused(client: httpx.Client) -> None:
    response = client.post("/v1/surveys", json={"questionnaire_id": str(new_id())})
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "/questionnaire_id"


def test_a_second_wave_asks_the_newest_published_version_and_its_items_are_published(
    surveys: Running, survey: dict[str, Any], questionnaire: dict[str, Any]
) -> None:
    questions = every_type()["questions"]
    questions[1] |= {"code": "service"}
    publish_new_version(surveys.client, questionnaire, questions=questions)
    response = surveys.client.post(f"/v1/surveys/{survey['id']}/waves", json={"code": "2027"})
    assert (response.status_code, response.json()["questionnaire_version"]) == (201, 2)
    assert surveys.client.get(response.headers["Location"]).json() == response.json()
    event = surveys.recorded(SurveyPublished)[-1]
    assert [wave.code for wave in event.waves] == ["2026", "2027"]
    assert {"overall", "service"} <= {item.code for item in event.items}


def test_a_wave_in_which_an_item_has_another_scale_than_before_is_refused(
    client: httpx.Client, survey: dict[str, Any], questionnaire: dict[str, Any]
) -> None:
    questions = every_type()["questions"]
    questions[1]["scale"]["most"] = 5
    publish_new_version(client, questionnaire, questions=questions)
    response = client.post(f"/v1/surveys/{survey['id']}/waves", json={"code": "2027"})
    assert (response.status_code, response.json()["code"]) == (409, "changed_meaning")
    assert len(client.get(f"/v1/surveys/{survey['id']}/waves").json()["items"]) == 1


def test_two_waves_of_a_survey_cannot_have_the_same_code(
    client: httpx.Client, survey: dict[str, Any]
) -> None:
    response = client.post(f"/v1/surveys/{survey['id']}/waves", json={"code": "2026"})
    assert (response.status_code, response.json()["code"]) == (409, "code_taken")


def test_one_wave_can_be_closed_while_the_survey_stays_open(
    surveys: Running, survey: dict[str, Any]
) -> None:
    path = f"/v1/surveys/{survey['id']}"
    surveys.client.post(f"{path}/waves", json={"code": "2027"})
    closed = surveys.client.post(f"{path}/waves/2026/close").json()
    assert closed["closed_at"] is not None
    assert surveys.client.get(path).json()["state"] == "published"
    event = surveys.recorded(SurveyPublished)[-1]
    waves = surveys.client.get(path).json()["waves"]
    assert [wave["closed_at"] is None for wave in waves] == [False, True]
    published = orjson.loads(adapter(SurveyPublished).dump_json(event))["waves"]
    assert [{name: wave[name] for name in published[0]} for wave in waves] == published


def test_changing_the_title_of_a_survey_needs_its_current_version_and_publishes_an_event(
    surveys: Running, survey: dict[str, Any]
) -> None:
    path = f"/v1/surveys/{survey['id']}"
    body = {"title": text("新", "New")}
    headers = {"If-Match": f'"{survey["version"]}"'}
    assert surveys.client.patch(path, json=body).status_code == 428
    assert surveys.client.patch(path, json=body, headers=headers).json()["title"] == body["title"]
    assert surveys.client.patch(path, json=body, headers=headers).status_code == 412
    assert surveys.recorded(SurveyPublished)[-1].title.en == "New"


def test_a_patch_changes_only_the_languages_of_the_title_that_it_contains(
    surveys: Running, survey: dict[str, Any]
) -> None:
    path, headers = f"/v1/surveys/{survey['id']}", {"If-Match": f'"{survey["version"]}"'}
    response = surveys.client.patch(path, json={"title": {"en": "New"}}, headers=headers)
    assert response.json()["title"] == text(survey["title"]["zh"], "New")
    removed = surveys.client.patch(
        path, json={"title": {"zh": None}}, headers={"If-Match": response.headers["ETag"]}
    )
    assert removed.json()["title"] == {"zh": None, "en": "New"}
    assert surveys.recorded(SurveyPublished)[-1].title.zh is None


@pytest.mark.parametrize("fields", [[], ["title"]])
def test_a_patch_with_equal_values_publishes_no_event(
    surveys: Running, survey: dict[str, Any], fields: list[str]
) -> None:
    events_before = surveys.recorded()
    body = {name: survey[name] for name in fields}
    headers = {"If-Match": f'"{survey["version"]}"'}
    response = surveys.client.patch(f"/v1/surveys/{survey['id']}", json=body, headers=headers)
    assert (response.status_code, response.json()) == (200, survey)
    assert surveys.recorded() == events_before


@pytest.mark.parametrize(
    ("title", "code"), [(None, "required"), ({"zh": None, "en": None}, "text")]
)
def test_a_patch_cannot_remove_the_title_of_a_survey(
    surveys: Running, survey: dict[str, Any], title: dict[str, None] | None, code: str
) -> None:
    path, headers = f"/v1/surveys/{survey['id']}", {"If-Match": f'"{survey["version"]}"'}
    response = surveys.client.patch(path, json={"title": title}, headers=headers)
    (fault,) = response.json()["errors"]
    assert (response.status_code, fault["pointer"], fault["code"]) == (422, "/title", code)
    assert surveys.client.get(path).json() == survey


@pytest.mark.parametrize("rows", [Rows.OWN, Rows.TEAM])
def test_every_key_reads_surveys_and_only_a_key_that_sees_all_rows_changes_them(
    surveys: Running, survey: dict[str, Any], rows: Rows
) -> None:
    """A survey belongs to no customer, so a key limited to some customers can only read it.

    Part of promise P7: a caller reads and changes only the rows visible to its key.
    """
    path = f"/v1/surveys/{survey['id']}"
    rows_before = counted(surveys.database)
    with surveys.as_caller(Identity("li.na", "", frozenset(), rows, "east")) as client:
        for response in (
            client.post("/v1/surveys", json={"questionnaire_id": str(new_id())}),
            client.patch(path, json={"title": text("新", "New")}, headers={"If-Match": '"2"'}),
            client.post(f"{path}/publish"),
            client.post(f"{path}/waves", json={"code": "2027"}),
            client.post(f"{path}/waves/2026/close"),
            client.post(f"{path}/close"),
        ):
            assert (response.status_code, response.json()["code"]) == (403, "forbidden")
        assert client.get("/v1/surveys").json()["items"] == [survey]
        assert client.get(path).json() == survey
        assert client.get(f"{path}/waves").json()["items"] == survey["waves"]
        assert client.get(f"{path}/waves/2026").json() == survey["waves"][0]
    assert counted(surveys.database) == rows_before


@pytest.mark.both_stacks
def test_surveys_can_be_listed_by_state(
    client: httpx.Client, questionnaire: dict[str, Any]
) -> None:
    draft_id, published_id = (create_survey(client, questionnaire)["id"] for _ in range(2))
    client.post(f"/v1/surveys/{published_id}/publish")
    published = client.get("/v1/surveys", params={"state": "published"}).json()["items"]
    assert [survey["id"] for survey in published] == [published_id]
    surveys = client.get("/v1/surveys").json()["items"]
    assert [survey["id"] for survey in surveys] == [draft_id, published_id]


def test_answers_with_links_to_the_pages_of_respondents_are_not_stored(
    client: httpx.Client, survey: dict[str, Any]
) -> None:
    path = f"/v1/surveys/{survey['id']}"
    wave = survey["waves"][0]["code"]
    for read in ("/v1/surveys", path, f"{path}/waves", f"{path}/waves/{wave}"):
        answer = client.get(read)
        assert "/s/" in answer.text
        assert answer.headers["Cache-Control"] == "no-store", read
    assert client.post(f"{path}/close").headers["Cache-Control"] == "no-store"


def test_links_are_in_no_stored_answer_and_a_retry_has_the_same_links(
    surveys: Running, questionnaire: dict[str, Any]
) -> None:
    client = surveys.client
    new = {"questionnaire_id": questionnaire["id"], "wave": "1"}
    survey_id = _post_twice(client, "/v1/surveys", new)["id"]
    path = f"/v1/surveys/{survey_id}"
    published = _post_twice(client, f"{path}/publish")
    opened = _post_twice(client, f"{path}/waves", {"code": "2"})
    closed = _post_twice(client, f"{path}/waves/2/close")
    survey = _post_twice(client, f"{path}/close")
    first = published["waves"][0] | {"closed_at": survey["closed_at"]}
    assert survey["waves"] == [first, closed]
    links = [wave["link"] for wave in client.get(path).json()["waves"]]
    assert links == [published["waves"][0]["link"], opened["link"]]
    with surveys.database.reading() as session:
        answers = session.scalars(select(StoredAnswer)).all()
        assert len(answers) == 5
        stored = " ".join(f"{answer.headers} {bytes(answer.body)!r}" for answer in answers)
    assert "/s/" not in stored
    assert [link for link in links if link.removeprefix("/s/") in stored] == []


def _post_twice(client: httpx.Client, path: str, body: Any = None) -> dict[str, Any]:
    """Send a POST and its retry; return the body of the answer, which has to be the same."""
    headers = {"Idempotency-Key": str(new_id())}
    first, second = (client.post(path, json=body, headers=headers) for _ in range(2))
    assert (second.status_code, second.content) == (first.status_code, first.content)
    assert second.headers["Idempotent-Replayed"] == "true"
    assert second.headers["Cache-Control"] == first.headers["Cache-Control"] == "no-store"
    assert second.headers.get("ETag") == first.headers.get("ETag")
    assert second.headers.get("Location") == first.headers.get("Location")
    found: dict[str, Any] = first.json()
    return found


def test_a_stored_answer_that_is_sent_as_it_is_has_no_link_rather_than_a_wrong_one(
    surveys: Running, survey: dict[str, Any]
) -> None:
    """While a new release is installed, the release before sends stored answers as they are."""
    client, path = surveys.client, f"/v1/surveys/{survey['id']}"
    published = client.post(f"{path}/publish", headers={"Idempotency-Key": "1"}).json()
    opened = client.post(
        f"{path}/waves", json={"code": "2"}, headers={"Idempotency-Key": "2"}
    ).json()
    for wave in (*published["waves"], opened):
        del wave["link"]
    with surveys.database.reading() as session:
        answers = session.scalars(select(StoredAnswer).order_by(StoredAnswer.key))
        assert [orjson.loads(answer.body) for answer in answers] == [published, opened]


def test_a_stored_answer_of_the_release_before_has_its_links(
    surveys: Running, survey: dict[str, Any]
) -> None:
    """That release stored the answer as it was sent."""
    path, headers = f"/v1/surveys/{survey['id']}/publish", {"Idempotency-Key": "k"}
    first = surveys.client.post(path, headers=headers)
    with surveys.database.transaction() as session:
        session.scalars(select(StoredAnswer)).one().body = first.content
    assert surveys.client.post(path, headers=headers).content == first.content


def test_a_title_without_a_visible_character_is_refused_but_a_stored_one_can_be_read(
    surveys: Running, questionnaire: dict[str, Any], survey: dict[str, Any]
) -> None:
    client, path, title = surveys.client, f"/v1/surveys/{survey['id']}", {"en": "\u200b"}
    body = {"questionnaire_id": questionnaire["id"], "title": title}
    for refused in (
        client.post("/v1/surveys", json=body),
        client.patch(path, json={"title": title}, headers={"If-Match": "*"}),
    ):
        (fault,) = refused.json()["errors"]
        assert (refused.status_code, fault["pointer"], fault["code"]) == (
            422,
            "/title",
            "invisible",
        )
    with surveys.database.transaction() as session:
        session.scalars(select(Survey)).one().title = title
    assert client.get(path).json()["title"]["en"] == "\u200b"

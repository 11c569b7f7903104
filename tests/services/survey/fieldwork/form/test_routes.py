"""Tests of the respondent's page over HTTP, used as a browser without scripts uses it."""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from shared.contracts.survey.response import ResponseSubmitted
from tests.services.harness import Running

VALID_ANSWERS = {
    "appearance": "5",
    "safety": "0",
    "bought_at": ["shop", "online"],
    "wish": "更便宜",
}


def link(survey: dict[str, Any]) -> str:
    """Return the path of the respondents' page of a survey's first wave."""
    path: str = survey["waves"][0]["link"]
    return path


def form_id(page: httpx.Response) -> str:
    """Return the form id in the hidden field of a page."""
    match = re.search(r'name="_form" value="([^"]+)"', page.text)
    assert match is not None
    return match[1]


def fill_form(client: httpx.Client, survey: dict[str, Any], **answers: Any) -> dict[str, Any]:
    """Load the respondents' page; return the form fields that a browser sends for these answers."""
    return {"_form": form_id(client.get(link(survey))), **answers}


def test_the_link_shows_the_questions_with_headers_that_forbid_scripts_and_caching(
    client: httpx.Client, survey: dict[str, Any]
) -> None:
    page = client.get(link(survey), headers={"Accept-Language": "en"})
    assert page.status_code == 200
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "How satisfied are you with the product?" in page.text
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert page.headers["Cache-Control"] == "no-store"


def test_the_page_is_in_the_language_of_the_link_or_else_in_that_of_the_browser(
    client: httpx.Client, survey: dict[str, Any]
) -> None:
    requested = client.get(
        link(survey), params={"lang": "en"}, headers={"Accept-Language": "zh-CN"}
    )
    accepted = client.get(link(survey), headers={"Accept-Language": "en-US,zh;q=0.5"})
    default = client.get(link(survey))
    languages = [
        re.findall('<html lang="(.*)">', page.text) for page in (requested, accepted, default)
    ]
    assert languages == [["en"], ["en"], ["zh-CN"]]


def test_a_submitted_form_is_stored_and_redirects_to_the_page_that_thanks(
    surveys: Running, survey: dict[str, Any]
) -> None:
    body = fill_form(surveys.client, survey, **VALID_ANSWERS)
    response = surveys.client.post(link(survey), params={"lang": "en"}, data=body)
    assert response.status_code == 303
    thanks = surveys.client.get(str(response.next_request.url) if response.next_request else "")
    assert thanks.status_code == 200
    assert "Thank you for your answers!" in thanks.text
    (stored,) = surveys.client.get(f"/v1/surveys/{survey['id']}/responses").json()["items"]
    assert stored["answers"] == {
        "appearance": 5,
        "safety": 0,
        "bought_at": ["shop", "online"],
        "wish": "更便宜",
    }
    assert (stored["channel"], stored["customer"]) == ("web", None)
    assert len(surveys.recorded(ResponseSubmitted)) == 1


def test_a_form_with_invalid_answers_is_shown_again_with_error_messages_and_all_its_values(
    client: httpx.Client, survey: dict[str, Any]
) -> None:
    body = fill_form(client, survey, appearance="4", people="many", wish="<b>cheaper</b>")
    page = client.post(link(survey), params={"lang": "en"}, data=body)
    assert page.status_code == 422
    assert form_id(page) == body["_form"]
    assert 'id="safety:fault"' in page.text
    assert 'id="people:fault"' in page.text
    assert re.search(r'name="appearance" value="4" checked', page.text)
    assert "&lt;b&gt;cheaper&lt;/b&gt;" in page.text
    assert client.get(f"/v1/surveys/{survey['id']}/progress").json()["n"] == 0


@pytest.mark.both_stacks
def test_a_form_that_is_sent_several_times_is_one_response(
    surveys: Running, survey: dict[str, Any]
) -> None:
    body = fill_form(surveys.client, survey, **VALID_ANSWERS)

    def send(_: int) -> int:
        return surveys.client.post(link(survey), data=body).status_code

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(send, range(8))) == {303}
    assert len(surveys.recorded(ResponseSubmitted)) == 1


def test_a_form_that_is_sent_again_with_other_answers_changes_its_response(
    surveys: Running, survey: dict[str, Any]
) -> None:
    body = fill_form(surveys.client, survey, **VALID_ANSWERS)
    for appearance in ("5", "2"):
        response = surveys.client.post(link(survey), data=body | {"appearance": appearance})
        assert response.status_code == 303
    (stored,) = surveys.client.get(f"/v1/surveys/{survey['id']}/responses").json()["items"]
    assert (stored["answers"]["appearance"], stored["version"]) == (2, 2)
    assert [event.version for event in surveys.recorded(ResponseSubmitted)] == [1, 2]


def test_loading_the_page_twice_and_submitting_both_forms_creates_two_responses(
    client: httpx.Client, survey: dict[str, Any]
) -> None:
    for _ in range(2):
        client.post(link(survey), data=fill_form(client, survey, **VALID_ANSWERS))
    assert client.get(f"/v1/surveys/{survey['id']}/progress").json()["n"] == 2


def test_a_form_without_its_id_is_shown_again_with_an_id_and_can_then_be_submitted(
    client: httpx.Client, survey: dict[str, Any]
) -> None:
    page = client.post(link(survey), data=VALID_ANSWERS)
    assert page.status_code == 422
    assert "请再提交一次" in page.text
    again = client.post(link(survey), data=VALID_ANSWERS | {"_form": form_id(page)})
    assert again.status_code == 303


def test_form_fields_that_are_no_item_of_the_questionnaire_are_ignored(
    client: httpx.Client, survey: dict[str, Any]
) -> None:
    response = client.post(
        link(survey), data=fill_form(client, survey, **VALID_ANSWERS, colour="red")
    )
    assert response.status_code == 303


def test_a_form_with_too_many_fields_is_refused(
    client: httpx.Client, survey: dict[str, Any]
) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    response = client.post(link(survey), content=b"a=1&" * 4000, headers=headers)
    assert response.status_code == 400


@pytest.mark.parametrize("closing", ["close", "waves/2026/close"])
def test_the_page_of_a_closed_survey_or_wave_shows_a_notice_and_takes_no_answers(
    client: httpx.Client, survey: dict[str, Any], closing: str
) -> None:
    body = fill_form(client, survey, **VALID_ANSWERS)
    client.post(f"/v1/surveys/{survey['id']}/{closing}")
    for response in (client.get(link(survey)), client.post(link(survey), data=body)):
        assert response.status_code == 410
        assert "调查已经结束" in response.text
    assert client.get(f"/v1/surveys/{survey['id']}/progress").json()["n"] == 0


def test_the_page_of_a_draft_shows_that_the_survey_has_not_started(
    client: httpx.Client, questionnaire: dict[str, Any]
) -> None:
    created = client.post("/v1/surveys", json={"questionnaire_id": questionnaire["id"]}).json()
    page = client.get(link(created), params={"lang": "en"})
    assert (page.status_code, "has not started yet" in page.text) == (404, True)


@pytest.mark.parametrize("token", ["x", "A" * 43, "A" * 200])
def test_a_link_whose_token_the_service_did_not_sign_is_not_found(
    client: httpx.Client, token: str
) -> None:
    page = client.get(f"/s/{token}", params={"lang": "en"})
    assert (page.status_code, "leads nowhere" in page.text) == (404, True)

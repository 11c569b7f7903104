"""Tests of the respondent's page over HTTP, used as a browser without scripts uses it."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import httpx
import pytest

from shared.contracts.survey.response import ResponseSubmitted
from tests.services.harness import Running

VALID_ANSWERS: dict[str, Any] = {
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


def opened(client: httpx.Client, survey: dict[str, Any], **params: str) -> httpx.Response:
    """Open the link to the respondents' page; return the page to which it redirects."""
    return client.get(link(survey), params=params, follow_redirects=True)


def fill_form(client: httpx.Client, survey: dict[str, Any], **answers: Any) -> dict[str, Any]:
    """Load the respondents' page; return the form fields that a browser sends for these answers."""
    return {"_form": form_id(opened(client, survey)), **answers}


def press(
    client: httpx.Client, page: httpx.Response, *, button: str | None = None, **answers: Any
) -> httpx.Response:
    """Send the form of a page as a browser does; `button` is the language of the switch."""
    action = re.search(r'<form [^>]*action="([^"]+)"', page.text)
    assert action is not None
    pressed = {} if button is None else {"_language": button}
    return client.post(action[1], data={"_form": form_id(page), **pressed, **answers})


def stored(client: httpx.Client, survey: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the stored responses to a survey."""
    items: list[dict[str, Any]] = client.get(f"/v1/surveys/{survey['id']}/responses").json()[
        "items"
    ]
    return items


def test_the_link_shows_the_questions_with_headers_that_forbid_scripts_and_caching(
    client: httpx.Client, survey: dict[str, Any]
) -> None:
    page = client.get(link(survey), headers={"Accept-Language": "en"}, follow_redirects=True)
    assert page.status_code == 200
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "How satisfied are you with the product?" in page.text
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert page.headers["Cache-Control"] == "no-store"


def test_the_page_is_in_the_language_of_the_link_or_else_in_that_of_the_browser(
    client: httpx.Client, survey: dict[str, Any]
) -> None:
    requested = client.get(
        link(survey),
        params={"lang": "en"},
        headers={"Accept-Language": "zh-CN"},
        follow_redirects=True,
    )
    accepted = client.get(
        link(survey), headers={"Accept-Language": "en-US,zh;q=0.5"}, follow_redirects=True
    )
    default = opened(client, survey)
    languages = [
        re.findall('<html lang="(.*)">', page.text) for page in (requested, accepted, default)
    ]
    assert languages == [["en"], ["en"], ["zh-CN"]]


def test_a_submitted_form_is_stored_and_redirects_to_the_page_that_thanks(
    surveys: Running, survey: dict[str, Any]
) -> None:
    body = fill_form(surveys.client, survey, **VALID_ANSWERS)
    answer = surveys.client.post(link(survey), params={"lang": "en"}, data=body)
    assert answer.status_code == 303
    thanks = surveys.client.get(answer.headers["Location"])
    assert thanks.status_code == 200
    assert "Thank you for your answers!" in thanks.text
    (response,) = stored(surveys.client, survey)
    assert response["answers"] == {
        "appearance": 5,
        "safety": 0,
        "bought_at": ["shop", "online"],
        "wish": "更便宜",
    }
    assert (response["channel"], response["customer"]) == ("web", None)
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


@pytest.mark.both_stacks
def test_a_form_that_is_sent_several_times_with_different_answers_is_stored_once(
    surveys: Running, survey: dict[str, Any]
) -> None:
    """One of them is stored, and the others are shown again, so that nothing is lost."""
    body = fill_form(surveys.client, survey, **VALID_ANSWERS)

    def send(appearance: int) -> int:
        sent = body | {"appearance": str(appearance)}
        return surveys.client.post(link(survey), data=sent).status_code

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(send, range(1, 6))) == [303, 422, 422, 422, 422]
    assert [event.version for event in surveys.recorded(ResponseSubmitted)] == [1]


def test_the_link_redirects_to_a_new_form_each_time_and_the_language_stays(
    client: httpx.Client, survey: dict[str, Any]
) -> None:
    first, second = (client.get(link(survey), params={"lang": "en"}) for _ in range(2))
    locations = [answer.headers["Location"] for answer in (first, second)]
    assert [answer.status_code for answer in (first, second)] == [303, 303]
    assert first.headers["Cache-Control"] == "no-store"
    assert len(set(locations)) == 2
    assert all(re.fullmatch(r"/s/[\w-]{43}/[0-9a-f-]{36}\?lang=en", each) for each in locations)
    assert form_id(client.get(locations[0])) in locations[0]


def test_going_back_after_submitting_shows_that_and_when_the_form_was_submitted(
    surveys: Running, survey: dict[str, Any]
) -> None:
    client = surveys.client
    page = opened(client, survey, lang="en")
    assert press(client, page, **VALID_ANSWERS).status_code == 303
    back = client.get(page.url)
    assert (back.status_code, "<form" in back.text) == (200, False)
    assert "This questionnaire was submitted" in back.text
    (response,) = stored(client, survey)
    local = datetime.fromisoformat(response["submitted_at"]).astimezone(surveys.settings.zone)
    assert f"{local:%Y-%m-%d %H:%M}" in back.text
    another = re.search(r'<a href="([^"]+)"', back.text)
    assert another is not None
    next_page = client.get(another[1], follow_redirects=True)
    assert form_id(next_page) != form_id(page)
    assert '<html lang="en">' in next_page.text


def test_a_submitted_form_with_other_answers_is_shown_again_for_another_person(
    client: httpx.Client, survey: dict[str, Any]
) -> None:
    page = opened(client, survey, lang="en")
    press(client, page, **VALID_ANSWERS)
    other = VALID_ANSWERS | {"appearance": "2", "wish": "louder"}
    again = press(client, page, **other)
    assert again.status_code == 422
    assert "This form was submitted before" in again.text
    assert re.search(r'name="appearance" value="2" checked', again.text)
    assert "louder" in again.text
    assert form_id(again) != form_id(page)
    assert [each["answers"]["appearance"] for each in stored(client, survey)] == [5]
    assert press(client, again, **other).status_code == 303
    assert [each["answers"]["appearance"] for each in stored(client, survey)] == [5, 2]
    assert [each["version"] for each in stored(client, survey)] == [1, 1]


@pytest.mark.parametrize("button", [None, "zh-CN"])
def test_a_submitted_form_that_is_sent_again_without_answers_leads_to_the_notice(
    client: httpx.Client, survey: dict[str, Any], button: str | None
) -> None:
    """Going back can repeat an earlier request, such as the switch of the language."""
    page = opened(client, survey)
    press(client, page, **VALID_ANSWERS)
    again = press(client, page, button=button, wish=" ")
    assert again.status_code == 303
    assert "这份问卷已经提交" in client.get(again.headers["Location"]).text


def test_switching_the_language_shows_everything_that_was_entered_and_stores_nothing(
    client: httpx.Client, survey: dict[str, Any]
) -> None:
    page = opened(client, survey, lang="en")
    entered = {"appearance": "4", "bought_at": ["shop", "dealer"], "people": "many", "wish": "a\nb"}
    switched = press(client, page, button="zh-CN", **entered)
    assert switched.status_code == 200
    assert '<html lang="zh-CN">' in switched.text
    assert "fault" not in switched.text.partition("</style>")[2]
    assert form_id(switched) == form_id(page)
    for value in ("4", "shop", "dealer"):
        assert re.search(rf'value="{value}" checked', switched.text)
    assert 'value="many"' in switched.text
    assert "a\nb</textarea>" in switched.text
    assert stored(client, survey) == []
    back = press(client, switched, button="en", **entered)
    assert '<html lang="en">' in back.text
    assert press(client, back, **VALID_ANSWERS).status_code == 303


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


@pytest.mark.parametrize(
    "body", [b"a=1&" * 4000, b"wish=%B8%FC%B1%E3%D2%CB"], ids=["fields", "gbk"]
)
def test_a_form_that_cannot_be_read_is_answered_with_a_page_and_nothing_is_stored(
    client: httpx.Client, survey: dict[str, Any], body: bytes
) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    params = {"lang": "en"}
    response = client.post(link(survey), params=params, content=body, headers=headers)
    assert response.status_code == 400
    assert "This form could not be read" in response.text
    assert stored(client, survey) == []


@pytest.mark.parametrize("form", ["x", "0" * 36, "thanks2"])
def test_an_address_below_a_link_that_is_no_form_is_not_found(
    client: httpx.Client, survey: dict[str, Any], form: str
) -> None:
    page = client.get(f"{link(survey)}/{form}", params={"lang": "en"})
    assert (page.status_code, "leads nowhere" in page.text) == (404, True)


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


@pytest.mark.parametrize("token", ["x", "A" * 43, "A" * 2000])
def test_a_link_whose_token_the_service_did_not_sign_is_not_found(
    client: httpx.Client, token: str
) -> None:
    page = client.get(f"/s/{token}", params={"lang": "en"})
    assert (page.status_code, "leads nowhere" in page.text) == (404, True)

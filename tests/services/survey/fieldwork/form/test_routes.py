"""The respondent's page over HTTP, as a browser without scripts uses it."""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from shared.contracts.survey.response import ResponseSubmitted
from tests.services.harness import Running

VALID = {"appearance": "5", "safety": "0", "bought_at": ["shop", "online"], "wish": "更便宜"}


def link(survey: dict[str, Any]) -> str:
    found: str = survey["waves"][0]["link"]
    return found


def form_id(page: httpx.Response) -> str:
    found = re.search(r'name="_form" value="([^"]+)"', page.text)
    assert found is not None
    return found[1]


def filled(client: httpx.Client, survey: dict[str, Any], **answers: Any) -> dict[str, Any]:
    return {"_form": form_id(client.get(link(survey))), **answers}


def test_the_link_shows_the_questions_and_lets_a_browser_do_nothing_else(
    client: httpx.Client, survey: dict[str, Any]
) -> None:
    page = client.get(link(survey), headers={"Accept-Language": "en"})
    assert page.status_code == 200
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "How satisfied are you with the product?" in page.text
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert page.headers["Cache-Control"] == "no-store"


def test_the_language_follows_the_link_then_the_browser(
    client: httpx.Client, survey: dict[str, Any]
) -> None:
    asked = client.get(link(survey), params={"lang": "en"}, headers={"Accept-Language": "zh-CN"})
    accepted = client.get(link(survey), headers={"Accept-Language": "en-US,zh;q=0.5"})
    plain = client.get(link(survey))
    assert [re.search('<html lang="(.*)">', each.text)[1] for each in (asked, accepted, plain)] == [  # type: ignore[index]
        "en",
        "en",
        "zh-CN",
    ]


def test_a_filled_form_is_kept_and_leads_to_the_thanks(
    surveys: Running, survey: dict[str, Any]
) -> None:
    body = filled(surveys.client, survey, **VALID)
    sent = surveys.client.post(link(survey), params={"lang": "en"}, data=body)
    assert sent.status_code == 303
    thanks = surveys.client.get(str(sent.next_request.url) if sent.next_request else "")
    assert thanks.status_code == 200
    assert "Thank you for your answers!" in thanks.text
    (kept,) = surveys.client.get(f"/v1/surveys/{survey['id']}/responses").json()["items"]
    assert kept["answers"] == {
        "appearance": 5,
        "safety": 0,
        "bought_at": ["shop", "online"],
        "wish": "更便宜",
    }
    assert (kept["channel"], kept["customer"]) == ("web", None)
    assert len(surveys.recorded(ResponseSubmitted)) == 1


def test_what_is_wrong_is_said_and_what_was_filled_in_stays(
    client: httpx.Client, survey: dict[str, Any]
) -> None:
    body = filled(client, survey, appearance="4", people="many", wish="<b>cheaper</b>")
    page = client.post(link(survey), params={"lang": "en"}, data=body)
    assert page.status_code == 422
    assert form_id(page) == body["_form"]
    assert 'id="safety:fault"' in page.text
    assert 'id="people:fault"' in page.text
    assert re.search(r'name="appearance" value="4" checked', page.text)
    assert "&lt;b&gt;cheaper&lt;/b&gt;" in page.text
    assert client.get(f"/v1/surveys/{survey['id']}/progress").json()["n"] == 0


@pytest.mark.both_stacks
def test_the_same_form_is_one_submission_however_often_it_is_sent(
    surveys: Running, survey: dict[str, Any]
) -> None:
    body = filled(surveys.client, survey, **VALID)

    def send(_: int) -> int:
        return surveys.client.post(link(survey), data=body).status_code

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(send, range(8))) == {303}
    assert len(surveys.recorded(ResponseSubmitted)) == 1


def test_a_form_that_is_corrected_and_sent_again_counts_once_as_corrected(
    surveys: Running, survey: dict[str, Any]
) -> None:
    body = filled(surveys.client, survey, **VALID)
    for appearance in ("5", "2"):
        sent = surveys.client.post(link(survey), data=body | {"appearance": appearance})
        assert sent.status_code == 303
    (kept,) = surveys.client.get(f"/v1/surveys/{survey['id']}/responses").json()["items"]
    assert (kept["answers"]["appearance"], kept["version"]) == (2, 2)
    assert [told.version for told in surveys.recorded(ResponseSubmitted)] == [1, 2]


def test_each_form_is_a_submission_of_its_own(client: httpx.Client, survey: dict[str, Any]) -> None:
    for _ in range(2):
        client.post(link(survey), data=filled(client, survey, **VALID))
    assert client.get(f"/v1/surveys/{survey['id']}/progress").json()["n"] == 2


def test_a_form_that_has_lost_its_mark_is_asked_for_again(
    client: httpx.Client, survey: dict[str, Any]
) -> None:
    page = client.post(link(survey), data=VALID)
    assert page.status_code == 422
    assert "请再提交一次" in page.text
    again = client.post(link(survey), data=VALID | {"_form": form_id(page)})
    assert again.status_code == 303


def test_fields_that_were_never_asked_are_ignored(
    client: httpx.Client, survey: dict[str, Any]
) -> None:
    sent = client.post(link(survey), data=filled(client, survey, **VALID, colour="red"))
    assert sent.status_code == 303


def test_a_form_with_too_many_fields_is_refused(
    client: httpx.Client, survey: dict[str, Any]
) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = client.post(link(survey), content=b"a=1&" * 4000, headers=headers)
    assert answer.status_code == 400


@pytest.mark.parametrize("closing", ["close", "waves/2026/close"])
def test_a_closed_survey_says_so_and_takes_nothing(
    client: httpx.Client, survey: dict[str, Any], closing: str
) -> None:
    body = filled(client, survey, **VALID)
    client.post(f"/v1/surveys/{survey['id']}/{closing}")
    for answer in (client.get(link(survey)), client.post(link(survey), data=body)):
        assert answer.status_code == 410
        assert "调查已经结束" in answer.text
    assert client.get(f"/v1/surveys/{survey['id']}/progress").json()["n"] == 0


def test_a_survey_that_is_not_published_has_not_started(
    client: httpx.Client, questionnaire: dict[str, Any]
) -> None:
    made = client.post("/v1/surveys", json={"questionnaire_id": questionnaire["id"]}).json()
    page = client.get(link(made), params={"lang": "en"})
    assert (page.status_code, "has not started yet" in page.text) == (404, True)


@pytest.mark.parametrize("token", ["x", "A" * 43, "A" * 200])
def test_a_link_that_is_not_ours_leads_nowhere(client: httpx.Client, token: str) -> None:
    page = client.get(f"/s/{token}", params={"lang": "en"})
    assert (page.status_code, "leads nowhere" in page.text) == (404, True)

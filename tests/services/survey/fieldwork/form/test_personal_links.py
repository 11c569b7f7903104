"""Tests of the page of an invited customer, which a personal link opens."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from shared.contracts.survey.response import ResponseState, ResponseSubmitted
from tests.services.harness import Running
from tests.services.survey.fieldwork.form.test_routes import (
    VALID_ANSWERS,
    form_id,
    link,
    press,
    stored,
)
from tests.services.survey.fieldwork.invitation.test_routes import invite
from tests.services.survey.fieldwork.response.test_routes import (
    MEI,
    customer_event,
    handle,
    submit,
)

ENGLISH = {"lang": "en"}


@pytest.fixture
def personal(client: httpx.Client, survey: dict[str, Any]) -> str:
    """Invite Mei, who is not registered yet, and return the path of her page."""
    path: str = invite(client, survey, customer=MEI).json()["link"]
    return path


def test_an_invited_customer_answers_once_and_the_link_then_shows_when(
    surveys: Running, survey: dict[str, Any], personal: str
) -> None:
    client = surveys.client
    mei = customer_event(17)
    handle(surveys, mei)
    page = client.get(personal, params=ENGLISH)
    assert (page.status_code, page.headers["Cache-Control"]) == (200, "no-store")
    answer = press(client, page, **VALID_ANSWERS)
    assert answer.status_code == 303
    assert "Thank you" in client.get(answer.headers["Location"]).text
    back = client.get(personal, params=ENGLISH)
    assert (back.status_code, "<form" in back.text) == (200, False)
    assert "This questionnaire was submitted" in back.text
    assert f'href="{personal}/answers?lang=en"' in back.text
    (response,) = stored(client, survey)
    assert (response["customer"], response["customer_id"]) == (MEI, str(mei.customer_id))
    assert response["channel"] == "web"


def test_a_customer_changes_the_answers_and_the_response_gets_its_next_version(
    surveys: Running, survey: dict[str, Any], personal: str
) -> None:
    client = surveys.client
    full = VALID_ANSWERS | {"people": "2.5", "bought": "recent", "recommend": "9"}
    press(client, client.get(personal), **full)
    page = client.get(f"{personal}/answers", params=ENGLISH)
    assert page.status_code == 200
    assert "You have answered before." in page.text
    for value in ("shop", "online", "recent", "5", "9"):
        assert f'value="{value}" checked' in page.text
    assert 'value="2.5"' in page.text
    assert "更便宜</textarea>" in page.text
    press(client, page, **(full | {"appearance": "2", "wish": ""}))
    (response,) = stored(client, survey)
    assert (response["version"], response["answers"]["appearance"]) == (2, 2)
    assert "wish" not in response["answers"]
    assert [event.version for event in surveys.recorded(ResponseSubmitted)] == [1, 2]
    assert [event.open_answers for event in surveys.recorded(ResponseState)] == [
        {"wish": "更便宜"},
        {},
    ]


def test_an_answer_that_came_another_way_is_shown_and_changed_through_the_link(
    surveys: Running, survey: dict[str, Any], personal: str
) -> None:
    """The response of an unregistered customer is the same before and after the registration."""
    client = surveys.client
    submit(client, survey, customer=MEI, channel="telephone")
    assert "这份问卷已经提交" in client.get(personal).text
    handle(surveys, customer_event(17))
    assert "这份问卷已经提交" in client.get(personal).text
    page = client.get(f"{personal}/answers")
    assert press(client, page, **(VALID_ANSWERS | {"appearance": "1"})).status_code == 303
    (response,) = stored(client, survey)
    assert response["answers"]["appearance"] == 1


@pytest.mark.both_stacks
@pytest.mark.parametrize("is_registered", ["registered", "unregistered"])
def test_a_personal_link_that_is_submitted_20_times_at_once_is_one_response(
    surveys: Running, survey: dict[str, Any], personal: str, is_registered: str
) -> None:
    if is_registered == "registered":
        handle(surveys, customer_event(17))
    page = surveys.client.get(personal)

    def send(number: int) -> int:
        answers = VALID_ANSWERS | {"appearance": str(1 + number % 5)}
        return press(surveys.client, page, **answers).status_code

    with ThreadPoolExecutor(20) as pool:
        assert set(pool.map(send, range(20))) == {303}
    (response,) = stored(surveys.client, survey)
    versions = [event.version for event in surveys.recorded(ResponseSubmitted)]
    assert versions == [*range(1, response["version"] + 1)]


def test_the_same_answers_sent_again_change_nothing(
    surveys: Running, survey: dict[str, Any], personal: str
) -> None:
    page = surveys.client.get(personal)
    for _ in range(2):
        assert press(surveys.client, page, **VALID_ANSWERS).status_code == 303
    assert [each["version"] for each in stored(surveys.client, survey)] == [1]


def test_invalid_changes_are_shown_again_and_switching_the_language_loses_nothing(
    client: httpx.Client, survey: dict[str, Any], personal: str
) -> None:
    press(client, client.get(personal), **VALID_ANSWERS)
    page = client.get(f"{personal}/answers")
    changed = VALID_ANSWERS | {"people": "many", "wish": "louder"}
    switched = press(client, page, button="en", **changed)
    assert (switched.status_code, "louder" in switched.text) == (200, True)
    assert "You have answered before." in switched.text
    refused = press(client, switched, **changed)
    assert (refused.status_code, 'id="people:fault"' in refused.text) == (422, True)
    assert [each["version"] for each in stored(client, survey)] == [1]


def test_going_back_to_a_blank_form_after_submitting_shows_that_it_was_submitted(
    client: httpx.Client, personal: str
) -> None:
    page = client.get(personal)
    press(client, page, **VALID_ANSWERS)
    for button in (None, "en"):
        again = press(client, page, button=button)
        assert again.status_code == 303
        assert again.headers["Location"].partition("?")[0] == personal


@pytest.mark.parametrize("closing", ["close", "waves/2026/close"])
def test_after_the_wave_is_closed_the_answers_are_neither_shown_nor_changed(
    client: httpx.Client, survey: dict[str, Any], personal: str, closing: str
) -> None:
    page = client.get(personal)
    press(client, page, **VALID_ANSWERS)
    client.post(f"/v1/surveys/{survey['id']}/{closing}")
    changed = press(client, page, **(VALID_ANSWERS | {"appearance": "1"}))
    answers = [client.get(personal), client.get(f"{personal}/answers"), changed]
    assert [answer.status_code for answer in answers] == [410, 410, 410]
    assert not any("更便宜" in answer.text for answer in answers)
    assert [each["version"] for each in stored(client, survey)] == [1]


def test_other_addresses_below_a_personal_link_lead_to_its_page(
    client: httpx.Client, personal: str
) -> None:
    page = client.get(personal)
    for path in (f"{personal}/answers", f"{personal}/{form_id(page)}"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["Location"]) == (303, f"{personal}?lang=zh")


def test_the_answers_to_an_open_link_are_shown_to_nobody(
    client: httpx.Client, survey: dict[str, Any]
) -> None:
    press(client, client.get(link(survey), follow_redirects=True), **VALID_ANSWERS)
    page = client.get(f"{link(survey)}/answers")
    assert (page.status_code, "更便宜" in page.text) == (404, False)

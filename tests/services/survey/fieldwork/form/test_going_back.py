"""Tests of the respondent's page in a browser without JavaScript: going back, Enter, languages."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

from tests.browser import Chromium
from tests.services.harness import ADMINISTRATOR, Running

Steps = Callable[[Page], list[str]]


def visit(chromium: Chromium, surveys: Running, survey: dict[str, Any], steps: Steps) -> list[str]:
    """Open the link of a survey's first wave in English, and run steps on the page."""

    def open_and_run(page: Page) -> list[str]:
        page.set_extra_http_headers(surveys.token_signer.authorization("survey", ADMINISTRATOR))
        page.goto(f"{surveys.url}{survey['waves'][0]['link']}?lang=en")
        return steps(page)

    return chromium(open_and_run)


def fill_in(page: Page) -> None:
    """Answer the required questions and enter a text and a number."""
    page.locator("[name=appearance][value='4']").check()
    page.locator("[name=safety][value='5']").check()
    page.locator("[name=people]").fill("3")
    page.locator("[name=wish]").fill("cheaper")


def heading(page: Page) -> str:
    """Return the heading of the page."""
    return page.locator("h1").inner_text()


def test_the_enter_key_submits_and_going_back_then_shows_that_the_form_was_submitted(
    chromium: Chromium, surveys: Running, survey: dict[str, Any]
) -> None:
    def steps(page: Page) -> list[str]:
        fill_in(page)
        page.locator("[name=people]").press("Enter")
        thanks = heading(page)
        page.go_back()
        return [thanks, heading(page)]

    headings = visit(chromium, surveys, survey, steps)
    assert headings == ["Thank you for your answers!", "This questionnaire was submitted"]


def test_switching_the_language_and_correcting_a_mistake_loses_nothing(
    chromium: Chromium, surveys: Running, survey: dict[str, Any]
) -> None:
    def steps(page: Page) -> list[str]:
        fill_in(page)
        page.locator("[name=people]").fill("many")
        page.locator("[name=_language]").click()
        chinese = heading(page)
        page.locator("main form button[type=submit]").last.click()
        page.locator("[name=people]").fill("3")
        page.locator("[name=_language]").click()
        texts = [page.locator("[name=wish]").input_value(), heading(page)]
        page.locator("main form button[type=submit]").last.click()
        return [chinese, *texts, heading(page)]

    seen = visit(chromium, surveys, survey, steps)
    assert seen == ["客户满意度", "cheaper", "Customer satisfaction", "Thank you for your answers!"]
    (response,) = surveys.client.get(f"/v1/surveys/{survey['id']}/responses").json()["items"]
    assert (response["answers"]["people"], response["answers"]["wish"]) == (3, "cheaper")

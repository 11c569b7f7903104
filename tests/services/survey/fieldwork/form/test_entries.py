"""Numbers and texts as people type them on the respondents' page."""

from typing import Any

import httpx
import pytest

from tests.services.survey.fieldwork.form.test_routes import (
    VALID_ANSWERS,
    fill_form,
    link,
    stored,
)


def submit(client: httpx.Client, survey: dict[str, Any], **answers: str) -> httpx.Response:
    """Submit the page in English with these answers and valid ones to the other questions."""
    body = fill_form(client, survey, **VALID_ANSWERS | answers)
    return client.post(link(survey), params={"lang": "en"}, data=body)


@pytest.mark.parametrize(
    ("text", "number"),
    [("5.", 5), ("１２", 12), ("+5", 5), ("\u00a012\u3000", 12), ("１２．５", 12.5), (".5e", None)],
)
def test_a_number_is_read_in_each_form_that_means_only_one(
    client: httpx.Client, survey: dict[str, Any], text: str, number: float | None
) -> None:
    answer = submit(client, survey, people=text)
    assert answer.status_code == (422 if number is None else 303)
    assert [one["answers"]["people"] for one in stored(client, survey)] == (
        [] if number is None else [number]
    )


@pytest.mark.parametrize("text", ["12,3", "1 000", "1e1", "5-", "5²", "约5", "五"])
def test_any_other_number_is_shown_again_with_how_to_write_it_and_nothing_is_stored(
    client: httpx.Client, survey: dict[str, Any], text: str
) -> None:
    answer = submit(client, survey, people=text)
    assert answer.status_code == 422
    assert "Give a number such as 12.5, without separators" in answer.text
    assert f'value="{text}"' in answer.text
    assert stored(client, survey) == []


@pytest.mark.parametrize("line_break", ["\r\n", "\n"])
def test_a_text_of_exactly_the_greatest_length_may_have_line_breaks(
    client: httpx.Client, survey: dict[str, Any], line_break: str
) -> None:
    lines = ["x" * 15, "y" * 15, "z" * 18]
    assert submit(client, survey, wish=line_break.join(lines)).status_code == 303
    (response,) = stored(client, survey)
    assert response["answers"]["wish"] == "\n".join(lines)
    assert len(response["answers"]["wish"]) == 50
    longer = submit(client, survey, wish=line_break.join([*lines, ""]) + "!")
    assert longer.status_code == 422

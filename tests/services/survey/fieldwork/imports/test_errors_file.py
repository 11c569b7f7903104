"""Whose ids a file of answers has, and what comes back of it: by its own names, to be mended."""

from typing import Any

import httpx

from tests.services.harness import Running
from tests.services.survey.fieldwork.imports.test_imports import (
    LINES,
    counts,
    errors,
    imported,
    sent,
    table,
)


def test_whose_ids_the_respondents_have_is_not_guessed(
    client: httpx.Client, survey: dict[str, Any]
) -> None:
    path = f"/v1/surveys/{survey['id']}/imports"
    refused = client.post(path, files={"file": ("a.csv", table(*LINES))})
    assert refused.status_code == 422, refused.text
    (fault,) = refused.json()["errors"]
    assert (fault["pointer"], fault["code"]) == ("/options/system", "required")
    nobody = table("5,4", header="appearance,safety")
    taken = client.post(path, files={"file": ("a.csv", nobody)})
    assert (taken.status_code, taken.json()["system"]) == (202, None)
    assert sent(client, survey, table(*LINES)).json()["system"] == "erp"


def test_errors_of_a_gbk_file_are_mended_and_sent_with_the_same_options(
    surveys: Running, survey: dict[str, Any]
) -> None:
    header = "编号,appearance,safety,wish"
    form = {"mapping": {"编号": "respondent_external_id"}, "options": {"encoding": "gbk"}}
    data = table("17,7,4,便宜", "17,5,4,便宜一点", header=header).decode().encode("gbk")
    body = imported(surveys, survey, data, **form)
    assert counts(body) == (2, 1, 0, 0, 1)
    (row,) = errors(surveys, body)
    assert (row["编号"], row["line no."]) == ("17", "2")
    mended = surveys.client.get(body["errors_url"]).content.replace(b"17,7", b"18,5")
    again = imported(surveys, survey, mended, **form)
    assert (counts(again), again["ignored_columns"]) == ((1, 1, 0, 0, 0), ["line no.", "errors"])


def test_errors_name_the_columns_of_the_file(surveys: Running, survey: dict[str, Any]) -> None:
    mapping = {"编号": "respondent_external_id", "外观": "appearance"}
    data = table("17,5,4", "17,9,=1", header="编号,外观,safety")
    (row,) = errors(surveys, imported(surveys, survey, data, mapping=mapping))
    for told in ("编号 (respondent_external_id): They", "外观 (appearance): ", "safety: Give the"):
        assert told in row["errors"]
    assert "; " in row["errors"]
    assert row["safety"] == "'=1"

"""Tests of the option `system`, and of the file of rejected lines, which can be corrected."""

from typing import Any

import httpx

import services.survey
from tests.services.catalogue import chinese
from tests.services.harness import Running
from tests.services.survey.fieldwork.imports.outcomes import Counts, counts
from tests.services.survey.fieldwork.imports.test_imports import (
    LINES,
    csv_file,
    import_file,
    rejected_lines,
    upload,
)


def test_the_system_of_the_respondents_ids_has_to_be_named_in_utf_8(
    client: httpx.Client, survey: dict[str, Any]
) -> None:
    path = f"/v1/surveys/{survey['id']}/imports"
    response = client.post(path, files={"file": ("a.csv", csv_file(*LINES))})
    assert response.status_code == 422, response.text
    (fault,) = response.json()["errors"]
    assert (fault["pointer"], fault["code"]) == ("/options/system", "required")
    in_gbk = (None, '{"system": "门店"}'.encode("gbk"))
    refused = client.post(path, files={"file": ("a.csv", csv_file(*LINES)), "options": in_gbk})
    (fault,) = refused.json()["errors"]
    assert (fault["pointer"], fault["code"]) == ("/options", "not_utf8")
    anonymous = csv_file("5,4", header="appearance,safety")
    queued = client.post(path, files={"file": ("a.csv", anonymous)})
    assert (queued.status_code, queued.json()["system"]) == (202, None)
    assert upload(client, survey, csv_file(*LINES)).json()["system"] == "erp"


def test_the_rejected_lines_of_a_gbk_file_can_be_sent_again_with_the_same_options(
    surveys: Running, survey: dict[str, Any]
) -> None:
    header = "编号,appearance,safety,wish"
    form = {"mapping": {"编号": "respondent_external_id"}, "options": {"encoding": "gbk"}}
    data = csv_file("17,7,4,便宜", "17,5,4,便宜一点", header=header).decode().encode("gbk")
    body = import_file(surveys, survey, data, **form)
    assert counts(body) == Counts(processed=2, created=1, rejected=1)
    (row,) = rejected_lines(surveys, body)
    assert (row["编号"], row["line no."]) == ("17", "2")
    corrected = surveys.client.get(body["errors_url"]).content.replace(b"17,7", b"18,5")
    again = import_file(surveys, survey, corrected, **form)
    assert counts(again) == Counts(processed=1, created=1)
    assert again["ignored_columns"] == ["line no.", "errors", "error codes"]


def test_the_errors_of_a_rejected_line_name_the_columns_as_the_file_does(
    surveys: Running, survey: dict[str, Any]
) -> None:
    mapping = {"编号": "respondent_external_id", "外观": "appearance"}
    data = csv_file("17,5,4", "17,9,=1", header="编号,外观,safety")
    (row,) = rejected_lines(surveys, import_file(surveys, survey, data, mapping=mapping))
    for error in ("编号 (respondent_external_id): This", "外观 (appearance): ", "safety: Give the"):
        assert error in row["errors"]
    assert row["error codes"] == "formula;repeated_respondent;outside_scale"
    assert row["safety"] == "'=1"


def test_a_front_end_shows_both_faults_of_a_rejected_line_in_chinese(
    surveys: Running, survey: dict[str, Any]
) -> None:
    mapping = {"编号": "respondent_external_id", "外观": "appearance"}
    data = csv_file("17,5,4", "17,9,4", header="编号,外观,safety")
    body = import_file(surveys, survey, data, mapping=mapping)
    path = f"/v1/surveys/{survey['id']}/imports/{body['id']}/rejections"
    page = surveys.client.get(path).json()
    assert (page["next"], [line["line"] for line in page["items"]]) == (None, [3])
    assert page["items"][0]["values"] == [
        {"column": "编号", "value": "17", "cut": False},
        {"column": "外观", "value": "9", "cut": False},
        {"column": "safety", "value": "4", "cut": False},
    ]
    respondent, appearance = page["items"][0]["faults"]
    assert (respondent["pointer"], respondent["column"]) == ("/respondent_external_id", "编号")
    assert (appearance["pointer"], appearance["column"]) == ("/appearance", "外观")
    assert chinese(respondent, services.survey) == (
        "前面的行已有该受访者。该受访者已在文件的第 2 行作答，请删除其中一行。"
    )
    assert (appearance["code"], appearance["params"]["max"]) == ("outside_scale", 5)

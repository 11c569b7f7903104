"""Tests that a response is known again by its id in the survey tool that a file comes from."""

from typing import Any

import httpx
import pytest

from shared.contracts.registry.external_id import ExternalId
from shared.contracts.survey.response import ResponseSubmitted
from tests.services.harness import Running
from tests.services.survey.fieldwork.imports.outcomes import Counts, counts
from tests.services.survey.fieldwork.imports.test_imports import (
    csv_file,
    import_file,
    rejected_lines,
    stored_responses,
    upload,
)
from tests.services.survey.fieldwork.response.test_routes import customer_event, handle

pytestmark = pytest.mark.both_stacks

HEADER = "response_id,respondent_external_id,appearance,safety"
YESTERDAY = ["R1,,5,4", "R2,,5,4", "R3,,1,1"]
WARNING = "may_count_twice"


def send(surveys: Running, survey: dict[str, Any], *lines: str, **form: Any) -> dict[str, Any]:
    """Import a file with the columns of HEADER and these lines; return the finished import."""
    return import_file(surveys, survey, csv_file(*lines, header=HEADER), **form)


def warning_codes(body: dict[str, Any]) -> list[str]:
    """Return the codes of the warnings of an import."""
    return [warning["code"] for warning in body["warnings"]]


def respondents(surveys: Running, survey: dict[str, Any]) -> dict[str | None, str | None]:
    """Return the respondent's id of each response of a survey, by the external id."""
    return {
        (response["external_id"] or {}).get("id"): (response["customer"] or {}).get("id")
        for response in stored_responses(surveys, survey)
    }


def test_a_file_with_the_answers_of_the_day_before_adds_only_the_new_ones(
    surveys: Running, survey: dict[str, Any]
) -> None:
    assert counts(send(surveys, survey, *YESTERDAY)) == Counts(processed=3, created=3)
    body = send(surveys, survey, "R4,,2,2", *reversed(YESTERDAY))
    assert counts(body) == Counts(processed=4, created=1, unchanged=3)
    assert body["warnings"] == []
    assert len(stored_responses(surveys, survey)) == 4


def test_other_answers_under_the_same_response_id_are_the_next_version_of_the_response(
    surveys: Running, survey: dict[str, Any]
) -> None:
    send(surveys, survey, *YESTERDAY)
    body = send(surveys, survey, "R1,,5,4", "R3,,2,1")
    assert counts(body) == Counts(processed=2, updated=1, unchanged=1)
    third = stored_responses(surveys, survey)[2]
    assert (third["version"], third["answers"]) == (2, {"appearance": 2, "safety": 1})
    assert surveys.recorded(ResponseSubmitted)[-1].answers["appearance"] == 2


def test_a_response_is_read_and_found_by_its_id_in_the_survey_tool(
    surveys: Running, survey: dict[str, Any]
) -> None:
    send(surveys, survey, *YESTERDAY, options={"system": "tool"})
    path = f"/v1/surveys/{survey['id']}/responses"
    (found,) = surveys.client.get(path, params={"external_id": "tool:R2"}).json()["items"]
    assert found["external_id"] == {"system": "tool", "id": "R2"}
    assert surveys.client.get(f"{path}/{found['id']}").json() == found
    for unknown in ("tool:R9", "erp:R2"):
        assert surveys.client.get(path, params={"external_id": unknown}).json()["items"] == []


def test_equal_response_ids_of_two_systems_or_of_two_waves_are_different_responses(
    surveys: Running, survey: dict[str, Any]
) -> None:
    surveys.client.post(f"/v1/surveys/{survey['id']}/waves", json={"code": "2027"})
    for system, wave in (("tool", "2026"), ("paper", "2026"), ("tool", "2027")):
        body = send(surveys, survey, *YESTERDAY, options={"system": system, "wave": wave})
        assert counts(body) == Counts(processed=3, created=3)


def test_a_second_line_of_a_response_is_rejected_with_the_number_of_the_first(
    surveys: Running, survey: dict[str, Any]
) -> None:
    body = send(surveys, survey, "R1,,5,4", "R1,17,1,1", "R2,17,1,1")
    assert counts(body) == Counts(processed=3, created=2, rejected=1)
    (line,) = rejected_lines(surveys, body)
    assert (line["error codes"], line["errors"]) == (
        "repeated_response",
        "response_id: Line 2 is the same response; remove one line.",
    )


def test_a_respondent_who_answers_again_under_another_response_id_has_one_response(
    surveys: Running, survey: dict[str, Any]
) -> None:
    send(surveys, survey, "R1,17,5,4")
    body = send(surveys, survey, "R2,17,1,4")
    assert counts(body) == Counts(processed=1, updated=1)
    assert respondents(surveys, survey) == {"R2": "17"}
    both = send(surveys, survey, "R1,17,5,4", "R2,17,1,4")
    assert counts(both) == Counts(processed=2, updated=1, rejected=1)
    assert len(stored_responses(surveys, survey)) == 1


def test_an_anonymous_response_gets_the_respondent_that_a_later_file_names(
    surveys: Running, survey: dict[str, Any]
) -> None:
    send(surveys, survey, *YESTERDAY)
    body = send(surveys, survey, "R1,17,5,4", *YESTERDAY[1:])
    assert counts(body) == Counts(processed=3, updated=1, unchanged=2)
    assert respondents(surveys, survey) == {"R1": "17", "R2": None, "R3": None}
    again = send(surveys, survey, "R1,,5,4", "R9,17,1,1")
    assert counts(again) == Counts(processed=2, updated=1, unchanged=1)
    assert respondents(surveys, survey) == {"R9": "17", "R2": None, "R3": None}
    assert stored_responses(surveys, survey)[0]["answers"] == {"appearance": 1, "safety": 1}


def test_a_response_of_a_known_customer_is_known_again_by_either_id(
    surveys: Running, survey: dict[str, Any]
) -> None:
    external_ids = [ExternalId(system="erp", id=each) for each in ("17", "18")]
    handle(surveys, customer_event(external_ids=external_ids))
    send(surveys, survey, "R1,17,5,4")
    for line in ("R1,,5,4", "R1,18,5,4", ",18,5,4"):
        assert counts(send(surveys, survey, line)) == Counts(processed=1, unchanged=1)
    assert respondents(surveys, survey) == {"R1": "17"}


@pytest.mark.parametrize("line", ["R1,18,1,1", "R2,17,1,1"])
def test_a_response_id_of_a_response_that_is_not_the_respondents_is_rejected(
    surveys: Running, survey: dict[str, Any], line: str
) -> None:
    send(surveys, survey, "R1,17,5,4", "R2,,5,4")
    before = stored_responses(surveys, survey)
    body = send(surveys, survey, line, "R5,,3,3")
    assert counts(body) == Counts(processed=2, created=1, rejected=1)
    (rejected,) = rejected_lines(surveys, body)
    assert rejected["error codes"] == "other_respondent"
    assert stored_responses(surveys, survey)[:2] == before


def test_many_lines_with_response_ids_are_known_again(
    surveys: Running, survey: dict[str, Any]
) -> None:
    """PostgreSQL copies 20 new rows or more, and falls back to INSERT if one of them exists."""
    lines = [f"R{number},,{number % 5 + 1},4" for number in range(60)]
    assert send(surveys, survey, *lines[:30])["created"] == 30
    body = send(surveys, survey, *lines)
    assert counts(body) == Counts(processed=60, created=30, unchanged=30)


def test_a_file_with_response_ids_must_name_their_system(
    client: httpx.Client, survey: dict[str, Any]
) -> None:
    data = csv_file("R1,5,4", header="response_id,appearance,safety")
    response = upload(client, survey, data, options={"system": None})
    (fault,) = response.json()["errors"]
    assert (response.status_code, fault["pointer"]) == (422, "/options/system")


def test_the_answer_to_an_upload_warns_of_a_file_without_ids(
    client: httpx.Client, survey: dict[str, Any]
) -> None:
    data = csv_file("5,4", header="appearance,safety")
    response = upload(client, survey, data, options={"system": None})
    assert response.status_code == 202
    (warning,) = response.json()["warnings"]
    assert warning["code"] == WARNING
    assert "count twice" in warning["message"]
    assert warning_codes(client.get(response.headers["Location"]).json()) == [WARNING]


@pytest.mark.parametrize(
    ("line", "codes"),
    [(",,5,4", [WARNING]), ("R1,,5,4", []), (",17,5,4", []), (",,9,9", [])],
)
@pytest.mark.parametrize("is_dry_run", [True, False])
def test_an_import_warns_of_a_line_without_ids_that_is_not_rejected(
    surveys: Running, survey: dict[str, Any], line: str, codes: list[str], *, is_dry_run: bool
) -> None:
    data = csv_file("R7,,5,4", line, header=HEADER)
    queued = upload(surveys.client, survey, data).json()
    assert queued["warnings"] == []
    body = import_file(surveys, survey, data, dry_run=is_dry_run)
    assert warning_codes(body) == codes

"""Imports of files of answers: uploaded over HTTP, run by the job runner of the worker."""

import csv
import io
import json
from typing import Any

import httpx
import openpyxl
import pytest

from shared.contracts.registry.external_id import ExternalId
from shared.contracts.survey.response import ResponseState, ResponseSubmitted
from shared.http.identity import Identity
from shared.row_access import Rows
from tests.services.harness import Running
from tests.services.survey.fieldwork.imports.worker import run_imports
from tests.services.survey.fieldwork.response.test_routes import customer_event, handle

pytestmark = pytest.mark.both_stacks

HEADER = "respondent_external_id,submitted_at,channel,appearance,safety,bought_at,wish"
LINES = [
    "17,2026-02-20 10:00,web,5,4,shop;online,便宜一点",
    "18,2026-02-21,telephone,very satisfied,0,,",
    ",2026/2/22 9:30,,1,2,Dealer,",
]
OPTIONS = {"system": "erp"}


def table(*lines: str, header: str = HEADER) -> bytes:
    """Return a CSV file."""
    return "\n".join([header, *lines]).encode()


def upload(
    client: httpx.Client, survey: dict[str, Any], data: bytes, **form: Any
) -> httpx.Response:
    """Queue an import of a file with these parts of the form."""
    options = {"options": json.dumps(OPTIONS | form.pop("options", {}))}
    mapping = {"mapping": json.dumps(form.pop("mapping", {}))}
    return client.post(
        f"/v1/surveys/{survey['id']}/imports",
        files={"file": ("answers.csv", data)},
        data=options | mapping | form,
    )


def import_file(
    surveys: Running, survey: dict[str, Any], data: bytes, **form: Any
) -> dict[str, Any]:
    """Queue and run an import of a file; return its response body afterwards."""
    response = upload(surveys.client, survey, data, **form)
    assert response.status_code == 202, response.text
    run_imports(surveys)
    body: dict[str, Any] = surveys.client.get(response.headers["Location"]).json()
    return body


def counts(body: dict[str, Any]) -> tuple[int, ...]:
    """Return the counts of an import: processed, created, updated, unchanged, rejected."""
    names = ("processed", "created", "updated", "unchanged", "rejected")
    return tuple(body[name] for name in names)


def stored_responses(surveys: Running, survey: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the response bodies of all responses of a survey."""
    found: list[dict[str, Any]] = surveys.client.get(
        f"/v1/surveys/{survey['id']}/responses"
    ).json()["items"]
    return found


def errors(surveys: Running, body: dict[str, Any]) -> list[dict[str, str]]:
    """Return the rejected lines of an import by column."""
    text = surveys.client.get(body["errors_url"]).content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_each_line_of_a_file_is_stored_as_a_response(
    surveys: Running, survey: dict[str, Any]
) -> None:
    body = import_file(surveys, survey, table(*LINES))
    assert (body["state"], body["total"], *counts(body)) == ("succeeded", 3, 3, 3, 0, 0, 0)
    first, second, third = stored_responses(surveys, survey)
    assert first["customer"] == {"system": "erp", "id": "17"}
    assert first["submitted_at"] == "2026-02-20T02:00:00Z"
    assert first["answers"] == {
        "appearance": 5,
        "safety": 4,
        "bought_at": ["shop", "online"],
        "wish": "便宜一点",
    }
    assert (second["channel"], second["answers"]) == ("telephone", {"appearance": 5, "safety": 0})
    assert (third["customer"], third["channel"]) == (None, "import")


def test_every_imported_response_is_published(surveys: Running, survey: dict[str, Any]) -> None:
    import_file(surveys, survey, table(*LINES))
    events = surveys.recorded(ResponseSubmitted)
    assert [event.answers for event in events][1:] == [
        {"appearance": 5, "safety": 0},
        {"appearance": 1, "safety": 2, "bought_at": ["dealer"]},
    ]
    assert [state.open_answers for state in surveys.recorded(ResponseState)] == [
        {"wish": "便宜一点"}
    ]


def test_a_file_with_more_lines_imports_its_lines_without_a_respondent_again(
    surveys: Running, survey: dict[str, Any]
) -> None:
    """A line is recognized by its respondent, or else by the content of the whole file."""
    import_file(surveys, survey, table(LINES[0], LINES[2]))
    grown = import_file(surveys, survey, table(LINES[0], LINES[2], LINES[1]))
    assert counts(grown) == (3, 2, 0, 1, 0)


def test_the_same_file_twice_changes_nothing(surveys: Running, survey: dict[str, Any]) -> None:
    import_file(surveys, survey, table(*LINES))
    before, events_before = stored_responses(surveys, survey), len(surveys.recorded())
    body = import_file(surveys, survey, table(*LINES))
    assert counts(body) == (3, 0, 0, 3, 0)
    assert stored_responses(surveys, survey) == before
    assert len(surveys.recorded()) == events_before


def test_a_line_of_another_file_replaces_the_answers_of_its_respondent(
    surveys: Running, survey: dict[str, Any]
) -> None:
    import_file(surveys, survey, table(*LINES))
    body = import_file(surveys, survey, table("17,2026-02-20 10:00,web,1,4,shop;online,"))
    assert counts(body) == (1, 0, 1, 0, 0)
    first = stored_responses(surveys, survey)[0]
    assert (first["version"], first["answers"]["appearance"]) == (2, 1)
    assert surveys.recorded(ResponseSubmitted)[-1].version == 2
    assert surveys.recorded(ResponseState)[-1].open_answers == {}


def test_a_second_line_of_a_respondent_is_rejected_also_when_the_file_is_imported_again(
    surveys: Running, survey: dict[str, Any]
) -> None:
    lines = [LINES[0], "17,2026-02-23,web,1,1,,"]
    assert counts(import_file(surveys, survey, table(*lines))) == (2, 1, 0, 0, 1)
    body = import_file(surveys, survey, table(*lines))
    assert counts(body) == (2, 0, 0, 1, 1)
    assert errors(surveys, body)[0]["errors"] == (
        "respondent_external_id: This respondent has answered in line 2; remove one line."
    )


def test_two_lines_of_a_customer_with_two_ids_become_one_response(
    surveys: Running, survey: dict[str, Any]
) -> None:
    handle(
        surveys, customer_event(external_ids=[ExternalId(system="erp", id=i) for i in ("17", "18")])
    )
    body = import_file(surveys, survey, table(LINES[0], LINES[1], LINES[2]))
    assert (body["state"], *counts(body)) == ("succeeded", 3, 2, 1, 0, 0)
    assert {
        each["answers"]["appearance"]
        for each in stored_responses(surveys, survey)
        if each["customer_id"]
    } == {5}
    assert import_file(surveys, survey, table(LINES[0]))["updated"] == 1


def test_mapped_columns_are_imported_and_unknown_columns_are_ignored(
    surveys: Running, survey: dict[str, Any]
) -> None:
    data = table("x,5,4", header="Row,How it looks,Is it safe?")
    mapping = {"How it looks": "appearance", "Is it safe?": "safety"}
    body = import_file(surveys, survey, data, mapping=mapping)
    assert (counts(body), body["ignored_columns"]) == ((1, 1, 0, 0, 0), ["Row"])


def test_rejected_lines_can_be_read_with_their_faults_corrected_and_imported(
    surveys: Running, survey: dict[str, Any]
) -> None:
    bad = ["19,yesterday,By Phone,7,,,", "20,2026-02-20,web,=1+1,1,moon,", "21,ragged"]
    body = import_file(surveys, survey, table(LINES[0], *bad))
    assert counts(body) == (4, 1, 0, 0, 3)
    first, second, third = errors(surveys, body)
    assert first["respondent_external_id"] == "19"
    for name in ("submitted_at:", "channel:", "appearance:", "safety:"):
        assert name in first["errors"]
    assert "formula" in second["errors"]
    assert "bought_at:" in second["errors"]
    assert third["errors"] == "Give 7 cells, as the header has; there are 2."
    corrected = first | {"submitted_at": "2026-02-20", "channel": "post", "appearance": "5"}
    written = io.StringIO()
    writer = csv.DictWriter(written, list(corrected))
    writer.writeheader()
    writer.writerow(corrected | {"safety": "3"})
    again = import_file(surveys, survey, written.getvalue().encode())
    assert (counts(again), again["errors_url"]) == ((1, 1, 0, 0, 0), None)


def test_a_line_with_nul_is_rejected_and_the_other_lines_are_imported(
    surveys: Running, survey: dict[str, Any]
) -> None:
    body = import_file(surveys, survey, table(LINES[0], "1\x009,,web,5,4,,", "20,,web,5,4,,a\x00b"))
    assert (body["state"], *counts(body)) == ("succeeded", 3, 1, 0, 0, 2)
    replaced = [line["respondent_external_id"] + line["wish"] for line in errors(surveys, body)]
    assert replaced == ["1\ufffd9", "20a\ufffdb"]


def test_an_xlsx_workbook_is_imported_like_a_csv_file(
    surveys: Running, survey: dict[str, Any]
) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["respondent_external_id", "appearance", "safety"])
    sheet.append([17, 5, 4.0])
    sheet.append(["18", "=1+4", 3])
    written = io.BytesIO()
    book.save(written)
    body = import_file(surveys, survey, written.getvalue())
    assert counts(body) == (2, 1, 0, 0, 1)
    assert stored_responses(surveys, survey)[0]["answers"] == {"appearance": 5, "safety": 4}


def test_chinese_text_is_imported_from_gbk_and_utf_8(
    surveys: Running, survey: dict[str, Any]
) -> None:
    text = f"{HEADER}\n17,2026-02-20,web,非常满意,不适用,网上,贵"
    for encoding in ("gbk", "utf-8-sig"):
        import_file(surveys, survey, text.encode(encoding))
        (response,) = stored_responses(surveys, survey)
        assert response["answers"]["wish"] == "贵"
        assert response["answers"]["bought_at"] == ["online"]


def test_times_without_offset_are_in_the_time_zone_of_the_options(
    surveys: Running, survey: dict[str, Any]
) -> None:
    import_file(surveys, survey, table(LINES[0]), options={"timezone": "Europe/London"})
    assert stored_responses(surveys, survey)[0]["submitted_at"] == "2026-02-20T10:00:00Z"


def test_a_dry_run_counts_the_outcomes_and_stores_nothing(
    surveys: Running, survey: dict[str, Any]
) -> None:
    import_file(surveys, survey, table(LINES[0]))
    events_before = len(surveys.recorded())
    changed = LINES[0].replace(",5,4,", ",4,4,")
    body = import_file(surveys, survey, table(changed, *LINES[1:], "19,,,9,9,,"), dry_run=True)
    assert (body["dry_run"], counts(body)) == (True, (4, 2, 1, 0, 1))
    assert [each["version"] for each in stored_responses(surveys, survey)] == [1]
    assert len(surveys.recorded()) == events_before
    assert len(errors(surveys, body)) == 1


@pytest.mark.parametrize(
    ("data", "form", "pointer"),
    [
        (b"", {}, "/file"),
        (table(header="appearance,appearance,safety"), {}, "/file"),
        (table(header="appearance"), {}, "/file"),
        (table(), {"mapping": {"x": "appearance"}}, "/mapping/x"),
        (table(), {"mapping": {"channel": "colour"}}, "/mapping/channel"),
        (table(), {"options": {"timezone": "Moon/Base"}}, "/options/timezone"),
        (table(), {"options": {"colour": 1}}, "/options/colour"),
        (b"PK\x03\x04 no workbook", {}, "/file"),
    ],
)
def test_a_file_or_form_that_is_not_valid_is_refused_before_it_is_queued(
    client: httpx.Client, survey: dict[str, Any], data: bytes, form: dict[str, Any], pointer: str
) -> None:
    response = upload(client, survey, data, **form)
    assert response.status_code == 422, response.text
    assert response.json()["errors"][0]["pointer"] == pointer
    assert client.get(f"/v1/surveys/{survey['id']}/imports").json()["items"] == []


@pytest.mark.parametrize("broken", ['18,2026-02-21,"web', "18," + "x" * 2**21])
def test_a_file_that_is_broken_further_down_changes_nothing(
    surveys: Running, survey: dict[str, Any], broken: str
) -> None:
    body = import_file(surveys, survey, table(LINES[0], broken))
    assert (body["state"], body["processed"]) == ("failed", 0)
    assert body["failure"]["pointer"] == "/file"
    assert stored_responses(surveys, survey) == []


def test_a_closed_survey_takes_no_files_and_fails_queued_imports(
    surveys: Running, survey: dict[str, Any]
) -> None:
    queued = upload(surveys.client, survey, table(*LINES)).headers["Location"]
    surveys.client.post(f"/v1/surveys/{survey['id']}/close")
    refused = upload(surveys.client, survey, table(*LINES))
    assert (refused.status_code, refused.json()["code"]) == (409, "survey_closed")
    run_imports(surveys)
    body = surveys.client.get(queued).json()
    assert (body["state"], body["failure"]["code"]) == ("failed", "survey_closed")
    assert stored_responses(surveys, survey) == []


def test_the_options_have_to_name_the_wave_if_several_are_open(
    surveys: Running, survey: dict[str, Any]
) -> None:
    surveys.client.post(f"/v1/surveys/{survey['id']}/waves", json={"code": "2027"})
    response = upload(surveys.client, survey, table(*LINES))
    (fault,) = response.json()["errors"]
    assert (response.status_code, fault["pointer"], fault["code"]) == (
        422,
        "/options/wave",
        "required",
    )


def test_a_file_is_imported_into_the_wave_that_its_options_name(
    surveys: Running, survey: dict[str, Any]
) -> None:
    surveys.client.post(f"/v1/surveys/{survey['id']}/waves", json={"code": "2027"})
    assert upload(surveys.client, survey, table(*LINES)).status_code == 422
    for wave in ("2026", "2027"):
        body = import_file(surveys, survey, table(*LINES), options={"wave": wave})
        assert (body["wave"], counts(body)) == (wave, (3, 3, 0, 0, 0))


def test_a_file_whose_name_has_nul_is_refused(client: httpx.Client, survey: dict[str, Any]) -> None:
    disposition = b'Content-Disposition: form-data; name="file"; filename="a\x00.csv"'
    response = client.post(
        f"/v1/surveys/{survey['id']}/imports",
        content=b"--x\r\n" + disposition + b"\r\n\r\n" + table(*LINES) + b"\r\n--x--\r\n",
        headers={"Content-Type": "multipart/form-data; boundary=x"},
    )
    (fault,) = response.json()["errors"]
    assert (response.status_code, fault["pointer"], fault["code"]) == (422, "/file", "nul")


def test_an_import_can_be_cancelled(surveys: Running, survey: dict[str, Any]) -> None:
    path = upload(surveys.client, survey, table(*LINES)).headers["Location"]
    assert surveys.client.post(f"{path}/cancel").json()["state"] == "cancelled"
    run_imports(surveys)
    assert stored_responses(surveys, survey) == []
    assert surveys.client.post(f"{path}/cancel").json()["state"] == "cancelled"


def test_the_same_idempotency_key_with_the_same_file_is_one_import(
    client: httpx.Client, survey: dict[str, Any]
) -> None:
    path = f"/v1/surveys/{survey['id']}/imports"
    headers = {"Idempotency-Key": "import-1"}

    def send(data: bytes) -> httpx.Response:
        files, form = {"file": ("a.csv", data)}, {"options": json.dumps(OPTIONS)}
        return client.post(path, files=files, data=form, headers=headers)

    first, again, other = send(table(LINES[0])), send(table(LINES[0])), send(table(LINES[1]))
    assert first.json()["id"] == again.json()["id"]
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert [each["id"] for each in client.get(path).json()["items"]] == [first.json()["id"]]


def test_imports_need_a_key_that_sees_all_rows(surveys: Running, survey: dict[str, Any]) -> None:
    body = import_file(surveys, survey, table("17,,,9,9,,"))
    with surveys.as_caller(Identity("li.na", "Li Na", frozenset(), Rows.OWN)) as client:
        assert upload(client, survey, table(*LINES)).status_code == 403
        assert client.get(body["errors_url"]).status_code == 403
        assert client.post(body["errors_url"].replace("errors", "cancel")).status_code == 403


def test_a_part_that_is_repeated_in_the_form_is_refused(
    client: httpx.Client, survey: dict[str, Any]
) -> None:
    parts: list[tuple[str, tuple[str | None, str]]] = [
        ("file", ("a.csv", "x\n")),
        ("options", (None, json.dumps(OPTIONS))),
    ]
    for repeated in parts:
        response = client.post(f"/v1/surveys/{survey['id']}/imports", files=[*parts, repeated])
        assert response.status_code == 422, response.text
        (fault,) = response.json()["errors"]
        assert (fault["pointer"], fault["code"]) == (f"/{repeated[0]}", "repeated")

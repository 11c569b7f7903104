"""Tests of imports of answers: the file is uploaded over HTTP, then the worker's job imports it."""

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
from tests.services.survey.fieldwork.imports.outcomes import Counts, counts
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


def csv_file(*lines: str, header: str = HEADER) -> bytes:
    """Return the content of a CSV file with these lines below the header."""
    return "\n".join([header, *lines]).encode()


def upload(
    client: httpx.Client, survey: dict[str, Any], data: bytes, **form: Any
) -> httpx.Response:
    """Upload a file, so that its import is queued; return the HTTP response.

    `form` has further parts of the multipart form. `options` and `mapping` are dicts, which are
    sent as JSON; `options` add to the defaults in OPTIONS or replace them.
    """
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
    """Upload a file and run its import; return the response body of the finished import."""
    response = upload(surveys.client, survey, data, **form)
    assert response.status_code == 202, response.text
    run_imports(surveys)
    body: dict[str, Any] = surveys.client.get(response.headers["Location"]).json()
    return body


def stored_responses(surveys: Running, survey: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the response bodies of all responses of a survey."""
    path = f"/v1/surveys/{survey['id']}/responses"
    bodies: list[dict[str, Any]] = surveys.client.get(path).json()["items"]
    return bodies


def rejected_lines(surveys: Running, body: dict[str, Any]) -> list[dict[str, str]]:
    """Return the file of rejected lines of an import, each line as a dict by column name."""
    text = surveys.client.get(body["errors_url"]).content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_each_line_of_a_file_is_stored_as_a_response(
    surveys: Running, survey: dict[str, Any]
) -> None:
    body = import_file(surveys, survey, csv_file(*LINES))
    assert (body["state"], body["total"]) == ("succeeded", 3)
    assert counts(body) == Counts(processed=3, created=3)
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
    import_file(surveys, survey, csv_file(*LINES))
    events = surveys.recorded(ResponseSubmitted)
    assert [event.answers for event in events][1:] == [
        {"appearance": 5, "safety": 0},
        {"appearance": 1, "safety": 2, "bought_at": ["dealer"]},
    ]
    assert [state.open_answers for state in surveys.recorded(ResponseState)] == [
        {"wish": "便宜一点"}
    ]


def test_an_anonymous_line_is_imported_again_from_a_file_to_which_a_line_was_added(
    surveys: Running, survey: dict[str, Any]
) -> None:
    """A line is recognized by its respondent or, if it has none, by the whole file's content."""
    import_file(surveys, survey, csv_file(LINES[0], LINES[2]))
    second_import = import_file(surveys, survey, csv_file(LINES[0], LINES[2], LINES[1]))
    assert counts(second_import) == Counts(processed=3, created=2, unchanged=1)
    assert [warning["code"] for warning in second_import["warnings"]] == ["may_count_twice"]


def test_importing_the_same_file_twice_changes_nothing(
    surveys: Running, survey: dict[str, Any]
) -> None:
    import_file(surveys, survey, csv_file(*LINES))
    before, events_before = stored_responses(surveys, survey), len(surveys.recorded())
    body = import_file(surveys, survey, csv_file(*LINES))
    assert counts(body) == Counts(processed=3, unchanged=3)
    assert stored_responses(surveys, survey) == before
    assert len(surveys.recorded()) == events_before


def test_a_line_of_another_file_replaces_the_answers_of_its_respondent(
    surveys: Running, survey: dict[str, Any]
) -> None:
    import_file(surveys, survey, csv_file(*LINES))
    body = import_file(surveys, survey, csv_file("17,2026-02-20 10:00,web,1,4,shop;online,"))
    assert counts(body) == Counts(processed=1, updated=1)
    first = stored_responses(surveys, survey)[0]
    assert (first["version"], first["answers"]["appearance"]) == (2, 1)
    assert surveys.recorded(ResponseSubmitted)[-1].version == 2
    assert surveys.recorded(ResponseState)[-1].open_answers == {}


def test_a_second_line_of_a_respondent_is_rejected_each_time_the_file_is_imported(
    surveys: Running, survey: dict[str, Any]
) -> None:
    lines = [LINES[0], "17,2026-02-23,web,1,1,,"]
    finished = import_file(surveys, survey, csv_file(*lines))
    assert counts(finished) == Counts(processed=2, created=1, rejected=1)
    body = import_file(surveys, survey, csv_file(*lines))
    assert counts(body) == Counts(processed=2, unchanged=1, rejected=1)
    assert rejected_lines(surveys, body)[0]["errors"] == (
        "respondent_external_id: This respondent has answered in line 2; remove one line."
    )


def test_two_lines_of_a_customer_with_two_ids_become_one_response(
    surveys: Running, survey: dict[str, Any]
) -> None:
    handle(
        surveys, customer_event(external_ids=[ExternalId(system="erp", id=i) for i in ("17", "18")])
    )
    body = import_file(surveys, survey, csv_file(LINES[0], LINES[1], LINES[2]))
    assert (body["state"], counts(body)) == ("succeeded", Counts(processed=3, created=2, updated=1))
    assert {
        response["answers"]["appearance"]
        for response in stored_responses(surveys, survey)
        if response["customer_id"]
    } == {5}
    assert import_file(surveys, survey, csv_file(LINES[0]))["updated"] == 1


def test_mapped_columns_are_imported_and_unknown_columns_are_ignored(
    surveys: Running, survey: dict[str, Any]
) -> None:
    data = csv_file("x,5,4", header="Row,How it looks,Is it safe?")
    mapping = {"How it looks": "appearance", "Is it safe?": "safety"}
    body = import_file(surveys, survey, data, mapping=mapping)
    assert (counts(body), body["ignored_columns"]) == (Counts(processed=1, created=1), ["Row"])


def test_rejected_lines_can_be_read_with_their_faults_and_imported_after_a_correction(
    surveys: Running, survey: dict[str, Any]
) -> None:
    invalid = ["19,yesterday,By Phone,7,,,", "20,2026-02-20,web,=1+1,1,moon,", "21,ragged"]
    body = import_file(surveys, survey, csv_file(LINES[0], *invalid))
    assert counts(body) == Counts(processed=4, created=1, rejected=3)
    first, second, third = rejected_lines(surveys, body)
    assert first["respondent_external_id"] == "19"
    for name in ("submitted_at:", "channel:", "appearance:", "safety:"):
        assert name in first["errors"]
    assert "formula" in second["errors"]
    assert "bought_at:" in second["errors"]
    assert third["errors"] == "Give 7 cells, as the header has; there are 2."
    corrected = first | {"submitted_at": "2026-02-20", "channel": "post", "appearance": "5"}
    file = io.StringIO()
    writer = csv.DictWriter(file, list(corrected))
    writer.writeheader()
    writer.writerow(corrected | {"safety": "3"})
    second_import = import_file(surveys, survey, file.getvalue().encode())
    assert counts(second_import) == Counts(processed=1, created=1)
    assert second_import["errors_url"] is None


def test_a_line_with_nul_is_rejected_and_the_other_lines_are_imported(
    surveys: Running, survey: dict[str, Any]
) -> None:
    """The file of rejected lines has U+FFFD instead of the character NUL."""
    body = import_file(
        surveys, survey, csv_file(LINES[0], "1\x009,,web,5,4,,", "20,,web,5,4,,a\x00b")
    )
    assert body["state"] == "succeeded"
    assert counts(body) == Counts(processed=3, created=1, rejected=2)
    lines = rejected_lines(surveys, body)
    assert [line["respondent_external_id"] for line in lines] == ["1\ufffd9", "20"]
    assert [line["wish"] for line in lines] == ["", "a\ufffdb"]


def test_an_xlsx_workbook_is_imported_like_a_csv_file(
    surveys: Running, survey: dict[str, Any]
) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    sheet.append(["respondent_external_id", "appearance", "safety"])
    sheet.append([17, 5, 4.0])
    sheet.append(["18", "=1+4", 3])
    file = io.BytesIO()
    workbook.save(file)
    body = import_file(surveys, survey, file.getvalue())
    assert counts(body) == Counts(processed=2, created=1, rejected=1)
    assert stored_responses(surveys, survey)[0]["answers"] == {"appearance": 5, "safety": 4}


def test_chinese_text_is_imported_from_files_in_gbk_and_in_utf_8(
    surveys: Running, survey: dict[str, Any]
) -> None:
    text = f"{HEADER}\n17,2026-02-20,web,非常满意,不适用,网上,贵"
    for encoding in ("gbk", "utf-8-sig"):
        body = import_file(surveys, survey, text.encode(encoding))
        assert body["encoding"] == ("gb18030" if encoding == "gbk" else "utf-8")
        (response,) = stored_responses(surveys, survey)
        assert response["answers"]["wish"] == "贵"
        assert response["answers"]["bought_at"] == ["online"]


def test_times_without_offset_are_read_in_the_time_zone_that_the_options_name(
    surveys: Running, survey: dict[str, Any]
) -> None:
    import_file(surveys, survey, csv_file(LINES[0]), options={"timezone": "Europe/London"})
    assert stored_responses(surveys, survey)[0]["submitted_at"] == "2026-02-20T10:00:00Z"


def test_a_dry_run_counts_the_outcomes_and_stores_nothing(
    surveys: Running, survey: dict[str, Any]
) -> None:
    import_file(surveys, survey, csv_file(LINES[0]))
    events_before = len(surveys.recorded())
    changed = LINES[0].replace(",5,4,", ",4,4,")
    body = import_file(surveys, survey, csv_file(changed, *LINES[1:], "19,,,9,9,,"), dry_run=True)
    assert body["dry_run"] is True
    assert counts(body) == Counts(processed=4, created=2, updated=1, rejected=1)
    assert [each["version"] for each in stored_responses(surveys, survey)] == [1]
    assert len(surveys.recorded()) == events_before
    assert len(rejected_lines(surveys, body)) == 1


@pytest.mark.parametrize(
    ("data", "form", "pointer"),
    [
        (b"", {}, "/file"),
        (csv_file(header="appearance,appearance,safety"), {}, "/file"),
        (csv_file(header="appearance"), {}, "/file"),
        (csv_file(), {"mapping": {"x": "appearance"}}, "/mapping/x"),
        (csv_file(), {"mapping": {"channel": "colour"}}, "/mapping/channel"),
        (csv_file(), {"options": {"timezone": "Moon/Base"}}, "/options/timezone"),
        (csv_file(), {"options": {"colour": 1}}, "/options/colour"),
        (b"PK\x03\x04 no workbook", {}, "/file"),
    ],
)
def test_an_invalid_file_or_form_is_refused_and_no_import_is_queued(
    client: httpx.Client, survey: dict[str, Any], data: bytes, form: dict[str, Any], pointer: str
) -> None:
    response = upload(client, survey, data, **form)
    assert response.status_code == 422, response.text
    assert response.json()["errors"][0]["pointer"] == pointer
    assert client.get(f"/v1/surveys/{survey['id']}/imports").json()["items"] == []


@pytest.mark.parametrize("unreadable", ['18,2026-02-21,"web', "18," + "x" * 2**21])
def test_a_file_with_an_unreadable_line_after_valid_lines_changes_nothing(
    surveys: Running, survey: dict[str, Any], unreadable: str
) -> None:
    body = import_file(surveys, survey, csv_file(LINES[0], unreadable))
    assert (body["state"], body["processed"]) == ("failed", 0)
    assert body["failure"]["pointer"] == "/file"
    assert stored_responses(surveys, survey) == []


def test_a_closed_survey_accepts_no_files_and_its_queued_imports_fail(
    surveys: Running, survey: dict[str, Any]
) -> None:
    queued_import = upload(surveys.client, survey, csv_file(*LINES)).headers["Location"]
    surveys.client.post(f"/v1/surveys/{survey['id']}/close")
    refused = upload(surveys.client, survey, csv_file(*LINES))
    assert (refused.status_code, refused.json()["code"]) == (409, "survey_closed")
    run_imports(surveys)
    body = surveys.client.get(queued_import).json()
    assert (body["state"], body["failure"]["code"]) == ("failed", "survey_closed")
    assert stored_responses(surveys, survey) == []


def test_the_options_have_to_name_the_wave_if_several_waves_are_open(
    surveys: Running, survey: dict[str, Any]
) -> None:
    surveys.client.post(f"/v1/surveys/{survey['id']}/waves", json={"code": "2027"})
    response = upload(surveys.client, survey, csv_file(*LINES))
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
    assert upload(surveys.client, survey, csv_file(*LINES)).status_code == 422
    for wave in ("2026", "2027"):
        body = import_file(surveys, survey, csv_file(*LINES), options={"wave": wave})
        assert (body["wave"], counts(body)) == (wave, Counts(processed=3, created=3))


def test_a_file_whose_name_has_nul_is_refused(client: httpx.Client, survey: dict[str, Any]) -> None:
    disposition = b'Content-Disposition: form-data; name="file"; filename="a\x00.csv"'
    response = client.post(
        f"/v1/surveys/{survey['id']}/imports",
        content=b"--x\r\n" + disposition + b"\r\n\r\n" + csv_file(*LINES) + b"\r\n--x--\r\n",
        headers={"Content-Type": "multipart/form-data; boundary=x"},
    )
    (fault,) = response.json()["errors"]
    assert (response.status_code, fault["pointer"], fault["code"]) == (422, "/file", "nul")


def test_a_queued_import_can_be_cancelled_and_then_stores_nothing(
    surveys: Running, survey: dict[str, Any]
) -> None:
    path = upload(surveys.client, survey, csv_file(*LINES)).headers["Location"]
    assert surveys.client.post(f"{path}/cancel").json()["state"] == "cancelled"
    run_imports(surveys)
    assert stored_responses(surveys, survey) == []
    assert surveys.client.post(f"{path}/cancel").json()["state"] == "cancelled"


def test_a_repeated_idempotency_key_starts_no_second_import_and_is_refused_with_another_file(
    client: httpx.Client, survey: dict[str, Any]
) -> None:
    path = f"/v1/surveys/{survey['id']}/imports"
    headers = {"Idempotency-Key": "import-1"}

    def send(data: bytes) -> httpx.Response:
        files, form = {"file": ("a.csv", data)}, {"options": json.dumps(OPTIONS)}
        return client.post(path, files=files, data=form, headers=headers)

    first, same_file = send(csv_file(LINES[0])), send(csv_file(LINES[0]))
    other_file = send(csv_file(LINES[1]))
    assert first.json()["id"] == same_file.json()["id"]
    assert (other_file.status_code, other_file.json()["code"]) == (422, "key_reused")
    imports = client.get(path).json()["items"]
    assert [import_["id"] for import_ in imports] == [first.json()["id"]]


def test_imports_need_a_key_that_sees_all_rows(surveys: Running, survey: dict[str, Any]) -> None:
    body = import_file(surveys, survey, csv_file("17,,,9,9,,"))
    with surveys.as_caller(Identity("li.na", "Li Na", frozenset(), Rows.OWN)) as client:
        assert upload(client, survey, csv_file(*LINES)).status_code == 403
        assert client.get(body["errors_url"]).status_code == 403
        assert client.post(body["errors_url"].replace("errors", "cancel")).status_code == 403


def test_a_form_with_a_repeated_part_is_refused(
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

"""Files of answers: taken in over HTTP, worked on by the worker's runner."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import openpyxl
import pytest

from services.survey.fieldwork.imports import job
from services.survey.fieldwork.imports.models import Import
from shared.contracts.registry.external_id import ExternalId
from shared.contracts.survey.response import ResponseState, ResponseSubmitted
from shared.http.identity import Identity
from shared.jobs.runner import Run
from shared.row_access import Rows
from tests.services.harness import Running
from tests.services.survey.fieldwork.imports.working import work
from tests.services.survey.fieldwork.response.test_routes import heard, registered

pytestmark = pytest.mark.both_stacks

HEADER = "respondent_external_id,submitted_at,channel,appearance,safety,bought_at,wish"
LINES = [
    "17,2026-02-20 10:00,web,5,4,shop;online,便宜一点",
    "18,2026-02-21,telephone,very satisfied,0,,",
    ",2026/2/22 9:30,,1,2,Dealer,",
]
SHOP = {"system": "erp"}


def table(*lines: str, header: str = HEADER) -> bytes:
    return "\n".join([header, *lines]).encode()


def sent(client: httpx.Client, survey: dict[str, Any], data: bytes, **form: Any) -> httpx.Response:
    options = {"options": json.dumps(SHOP | form.pop("options", {}))}
    mapping = {"mapping": json.dumps(form.pop("mapping", {}))}
    return client.post(
        f"/v1/surveys/{survey['id']}/imports",
        files={"file": ("answers.csv", data)},
        data=options | mapping | form,
    )


def imported(surveys: Running, survey: dict[str, Any], data: bytes, **form: Any) -> dict[str, Any]:
    answer = sent(surveys.client, survey, data, **form)
    assert answer.status_code == 202, answer.text
    work(surveys)
    body: dict[str, Any] = surveys.client.get(answer.headers["Location"]).json()
    return body


def counts(body: dict[str, Any]) -> tuple[int, ...]:
    names = ("processed", "created", "updated", "unchanged", "rejected")
    return tuple(body[name] for name in names)


def kept(surveys: Running, survey: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = surveys.client.get(
        f"/v1/surveys/{survey['id']}/responses"
    ).json()["items"]
    return found


def errors(surveys: Running, body: dict[str, Any]) -> list[dict[str, str]]:
    text = surveys.client.get(body["errors_url"]).content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_a_file_becomes_responses(surveys: Running, survey: dict[str, Any]) -> None:
    body = imported(surveys, survey, table(*LINES))
    assert (body["state"], body["total"], *counts(body)) == ("succeeded", 3, 3, 3, 0, 0, 0)
    first, second, third = kept(surveys, survey)
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


def test_others_are_told_of_every_response(surveys: Running, survey: dict[str, Any]) -> None:
    imported(surveys, survey, table(*LINES))
    told = surveys.recorded(ResponseSubmitted)
    assert [event.answers for event in told][1:] == [
        {"appearance": 5, "safety": 0},
        {"appearance": 1, "safety": 2, "bought_at": ["dealer"]},
    ]
    assert [state.open_answers for state in surveys.recorded(ResponseState)] == [
        {"wish": "便宜一点"}
    ]


def test_a_file_that_has_grown_counts_its_lines_without_a_respondent_again(
    surveys: Running, survey: dict[str, Any]
) -> None:
    """A respondent's line is known by them, one without by the content of the whole file."""
    imported(surveys, survey, table(LINES[0], LINES[2]))
    grown = imported(surveys, survey, table(LINES[0], LINES[2], LINES[1]))
    assert counts(grown) == (3, 2, 0, 1, 0)


def test_the_same_file_twice_changes_nothing(surveys: Running, survey: dict[str, Any]) -> None:
    imported(surveys, survey, table(*LINES))
    before, told = kept(surveys, survey), len(surveys.recorded())
    body = imported(surveys, survey, table(*LINES))
    assert counts(body) == (3, 0, 0, 3, 0)
    assert kept(surveys, survey) == before
    assert len(surveys.recorded()) == told


def test_a_respondents_later_line_replaces_their_answers(
    surveys: Running, survey: dict[str, Any]
) -> None:
    imported(surveys, survey, table(*LINES))
    body = imported(surveys, survey, table("17,2026-02-20 10:00,web,1,4,shop;online,"))
    assert counts(body) == (1, 0, 1, 0, 0)
    first = kept(surveys, survey)[0]
    assert (first["version"], first["answers"]["appearance"]) == (2, 1)
    assert surveys.recorded(ResponseSubmitted)[-1].version == 2
    assert surveys.recorded(ResponseState)[-1].open_answers == {}


def test_a_respondent_in_two_lines_is_refused_the_second_time_and_every_time(
    surveys: Running, survey: dict[str, Any]
) -> None:
    lines = [LINES[0], "17,2026-02-23,web,1,1,,"]
    assert counts(imported(surveys, survey, table(*lines))) == (2, 1, 0, 0, 1)
    body = imported(surveys, survey, table(*lines))
    assert counts(body) == (2, 0, 0, 1, 1)
    assert errors(surveys, body)[0]["errors"] == (
        "respondent_external_id: They have answered in line 2; keep one line."
    )


def test_a_customer_of_several_ids_has_one_response_to_a_wave(
    surveys: Running, survey: dict[str, Any]
) -> None:
    heard(surveys, registered(external_ids=[ExternalId(system="erp", id=i) for i in ("17", "18")]))
    body = imported(surveys, survey, table(LINES[0], LINES[1], LINES[2]))
    assert (body["state"], *counts(body)) == ("succeeded", 3, 2, 1, 0, 0)
    assert {
        each["answers"]["appearance"] for each in kept(surveys, survey) if each["customer_id"]
    } == {5}
    assert imported(surveys, survey, table(LINES[0]))["updated"] == 1


def test_columns_can_be_mapped_and_others_are_left_alone(
    surveys: Running, survey: dict[str, Any]
) -> None:
    data = table("x,5,4", header="Row,How it looks,Is it safe?")
    mapping = {"How it looks": "appearance", "Is it safe?": "safety"}
    body = imported(surveys, survey, data, mapping=mapping)
    assert (counts(body), body["ignored_columns"]) == ((1, 1, 0, 0, 0), ["Row"])


def test_what_cannot_be_taken_comes_back_with_the_reason_and_can_be_mended(
    surveys: Running, survey: dict[str, Any]
) -> None:
    bad = ["19,yesterday,By Phone,7,,,", "20,2026-02-20,web,=1+1,1,moon,", "21,ragged"]
    body = imported(surveys, survey, table(LINES[0], *bad))
    assert counts(body) == (4, 1, 0, 0, 3)
    first, second, third = errors(surveys, body)
    assert first["respondent_external_id"] == "19"
    for name in ("submitted_at:", "channel:", "appearance:", "safety:"):
        assert name in first["errors"]
    assert "formula" in second["errors"]
    assert "bought_at:" in second["errors"]
    assert third["errors"] == "Give 7 cells, as the header has; there are 2."
    mended = first | {"submitted_at": "2026-02-20", "channel": "post", "appearance": "5"}
    written = io.StringIO()
    writer = csv.DictWriter(written, list(mended))
    writer.writeheader()
    writer.writerow(mended | {"safety": "3"})
    again = imported(surveys, survey, written.getvalue().encode())
    assert (counts(again), again["errors_url"]) == ((1, 1, 0, 0, 0), None)


def test_a_line_with_nul_is_rejected_and_the_rest_is_taken(
    surveys: Running, survey: dict[str, Any]
) -> None:
    body = imported(surveys, survey, table(LINES[0], "1\x009,,web,5,4,,", "20,,web,5,4,,a\x00b"))
    assert (body["state"], *counts(body)) == ("succeeded", 3, 1, 0, 0, 2)
    marked = [line["respondent_external_id"] + line["wish"] for line in errors(surveys, body)]
    assert marked == ["1\ufffd9", "20a\ufffdb"]


def test_a_workbook_is_read_like_a_file_of_text(surveys: Running, survey: dict[str, Any]) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["respondent_external_id", "appearance", "safety"])
    sheet.append([17, 5, 4.0])
    sheet.append(["18", "=1+4", 3])
    written = io.BytesIO()
    book.save(written)
    body = imported(surveys, survey, written.getvalue())
    assert counts(body) == (2, 1, 0, 0, 1)
    assert kept(surveys, survey)[0]["answers"] == {"appearance": 5, "safety": 4}


def test_chinese_text_is_read_in_either_encoding(surveys: Running, survey: dict[str, Any]) -> None:
    text = f"{HEADER}\n17,2026-02-20,web,非常满意,不适用,网上,贵"
    for encoding in ("gbk", "utf-8-sig"):
        imported(surveys, survey, text.encode(encoding))
        (response,) = kept(surveys, survey)
        assert response["answers"]["wish"] == "贵"
        assert response["answers"]["bought_at"] == ["online"]


def test_times_are_local_to_the_zone_that_the_import_names(
    surveys: Running, survey: dict[str, Any]
) -> None:
    imported(surveys, survey, table(LINES[0]), options={"timezone": "Europe/London"})
    assert kept(surveys, survey)[0]["submitted_at"] == "2026-02-20T10:00:00Z"


def test_a_dry_run_counts_and_keeps_nothing(surveys: Running, survey: dict[str, Any]) -> None:
    imported(surveys, survey, table(LINES[0]))
    told = len(surveys.recorded())
    changed = LINES[0].replace(",5,4,", ",4,4,")
    body = imported(surveys, survey, table(changed, *LINES[1:], "19,,,9,9,,"), dry_run=True)
    assert (body["dry_run"], counts(body)) == (True, (4, 2, 1, 0, 1))
    assert [each["version"] for each in kept(surveys, survey)] == [1]
    assert len(surveys.recorded()) == told
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
def test_what_cannot_be_imported_at_all_is_refused_at_once(
    client: httpx.Client, survey: dict[str, Any], data: bytes, form: dict[str, Any], pointer: str
) -> None:
    answer = sent(client, survey, data, **form)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert client.get(f"/v1/surveys/{survey['id']}/imports").json()["items"] == []


@pytest.mark.parametrize("broken", ['18,2026-02-21,"web', "18," + "x" * 2**21])
def test_a_file_that_breaks_off_further_down_changes_nothing(
    surveys: Running, survey: dict[str, Any], broken: str
) -> None:
    body = imported(surveys, survey, table(LINES[0], broken))
    assert (body["state"], body["processed"]) == ("failed", 0)
    assert body["failure"]["pointer"] == "/file"
    assert kept(surveys, survey) == []


def test_a_closed_survey_takes_no_file(surveys: Running, survey: dict[str, Any]) -> None:
    queued = sent(surveys.client, survey, table(*LINES)).headers["Location"]
    surveys.client.post(f"/v1/surveys/{survey['id']}/close")
    refused = sent(surveys.client, survey, table(*LINES))
    assert (refused.status_code, refused.json()["code"]) == (409, "survey_closed")
    work(surveys)
    body = surveys.client.get(queued).json()
    assert (body["state"], body["failure"]["code"]) == ("failed", "survey_closed")
    assert kept(surveys, survey) == []


def test_the_wave_of_an_import_is_named_among_its_options_where_several_are_open(
    surveys: Running, survey: dict[str, Any]
) -> None:
    surveys.client.post(f"/v1/surveys/{survey['id']}/waves", json={"code": "2027"})
    answer = sent(surveys.client, survey, table(*LINES))
    (fault,) = answer.json()["errors"]
    assert (answer.status_code, fault["pointer"], fault["code"]) == (
        422,
        "/options/wave",
        "required",
    )


def test_an_import_goes_to_the_wave_it_names(surveys: Running, survey: dict[str, Any]) -> None:
    surveys.client.post(f"/v1/surveys/{survey['id']}/waves", json={"code": "2027"})
    assert sent(surveys.client, survey, table(*LINES)).status_code == 422
    for wave in ("2026", "2027"):
        body = imported(surveys, survey, table(*LINES), options={"wave": wave})
        assert (body["wave"], counts(body)) == (wave, (3, 3, 0, 0, 0))


def test_a_file_whose_name_has_nul_is_refused(client: httpx.Client, survey: dict[str, Any]) -> None:
    disposition = b'Content-Disposition: form-data; name="file"; filename="a\x00.csv"'
    answer = client.post(
        f"/v1/surveys/{survey['id']}/imports",
        content=b"--x\r\n" + disposition + b"\r\n\r\n" + table(*LINES) + b"\r\n--x--\r\n",
        headers={"Content-Type": "multipart/form-data; boundary=x"},
    )
    (fault,) = answer.json()["errors"]
    assert (answer.status_code, fault["pointer"], fault["code"]) == (422, "/file", "nul")


class _KilledError(BaseException):
    """What kill -9 leaves behind: nothing runs any more, committed steps stay."""


@pytest.fixture
def killed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Have the work die once a step of two lines is kept; gives what lets it live again."""
    original = Run.check
    monkeypatch.setattr(job, "STEP", 2)

    def check(run: Run) -> None:
        with run.database.reading() as session:
            if session.get_one(Import, run.job_id).processed:
                raise _KilledError
        original(run)

    def revive() -> None:
        monkeypatch.setattr(Run, "check", original)

    monkeypatch.setattr(Run, "check", check)
    yield revive
    revive()


def test_a_killed_import_goes_on_where_it_was_and_comes_out_the_same(
    surveys: Running, survey: dict[str, Any], killed: Callable[[], None]
) -> None:
    lines = [f"{n},2026-02-20,web,{n % 5 + 1},4,," for n in (1, 2, 3, 1)] + ["9,,web,7,7,,"]
    path = sent(surveys.client, survey, table(*lines)).headers["Location"]
    with pytest.raises(_KilledError):
        work(surveys)
    halfway = surveys.client.get(path).json()
    assert (halfway["state"], halfway["processed"]) == ("running", 2)
    killed()
    work(surveys)
    body = surveys.client.get(path).json()
    assert (body["state"], *counts(body)) == ("succeeded", 5, 3, 0, 0, 2)
    assert len(kept(surveys, survey)) == len(surveys.recorded(ResponseSubmitted)) == 3


def test_an_import_can_be_cancelled(surveys: Running, survey: dict[str, Any]) -> None:
    path = sent(surveys.client, survey, table(*LINES)).headers["Location"]
    assert surveys.client.post(f"{path}/cancel").json()["state"] == "cancelled"
    work(surveys)
    assert kept(surveys, survey) == []
    assert surveys.client.post(f"{path}/cancel").json()["state"] == "cancelled"


def test_the_same_key_with_the_same_file_is_one_import(
    client: httpx.Client, survey: dict[str, Any]
) -> None:
    path = f"/v1/surveys/{survey['id']}/imports"
    headers = {"Idempotency-Key": "import-1"}

    def send(data: bytes) -> httpx.Response:
        files, form = {"file": ("a.csv", data)}, {"options": json.dumps(SHOP)}
        return client.post(path, files=files, data=form, headers=headers)

    first, again, other = send(table(LINES[0])), send(table(LINES[0])), send(table(LINES[1]))
    assert first.json()["id"] == again.json()["id"]
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert [each["id"] for each in client.get(path).json()["items"]] == [first.json()["id"]]


def test_only_a_key_that_sees_all_rows_imports(surveys: Running, survey: dict[str, Any]) -> None:
    body = imported(surveys, survey, table("17,,,9,9,,"))
    with surveys.as_caller(Identity("li.na", "Li Na", frozenset(), Rows.OWN)) as client:
        assert sent(client, survey, table(*LINES)).status_code == 403
        assert client.get(body["errors_url"]).status_code == 403
        assert client.post(body["errors_url"].replace("errors", "cancel")).status_code == 403


def test_each_part_of_the_form_comes_once(client: httpx.Client, survey: dict[str, Any]) -> None:
    parts: list[tuple[str, tuple[str | None, str]]] = [
        ("file", ("a.csv", "x\n")),
        ("options", (None, json.dumps(SHOP))),
    ]
    for again in parts:
        answer = client.post(f"/v1/surveys/{survey['id']}/imports", files=[*parts, again])
        assert answer.status_code == 422, answer.text
        (fault,) = answer.json()["errors"]
        assert (fault["pointer"], fault["code"]) == (f"/{again[0]}", "repeated")

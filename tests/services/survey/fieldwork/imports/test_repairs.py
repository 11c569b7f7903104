"""Repairs in files of answers, and how an import counts them."""

import io
from typing import Any

import openpyxl
import pytest

from services.survey.fieldwork.imports import job
from shared.metrics import JOB_LINES
from tests.services.harness import Running
from tests.services.survey.fieldwork.imports.outcomes import Counts, counts
from tests.services.survey.fieldwork.imports.test_imports import (
    csv_file,
    import_file,
    rejected_lines,
    stored_responses,
    upload,
)
from tests.services.survey.fieldwork.imports.worker import run_imports

pytestmark = pytest.mark.both_stacks

FILE = csv_file(
    "'0017,5,4,便宜\u200b一点",
    "18,'5,4,cafe\u0301",
    "19,'7,4,\u200b",
    "20,'5,'4,'+1 from O'Neil",
    header="respondent_external_id,appearance,safety,wish",
)
"""A file of answers, the third of which is outside the scale."""
REPAIRED = [
    {"kind": "apostrophe", "count": 5, "first_lines": [2, 3, 5]},
    {"kind": "format_characters", "count": 1, "first_lines": [2]},
    {"kind": "unicode_form", "count": 1, "first_lines": [3]},
]


class _KilledError(BaseException):
    """Stands for a killed process: nothing runs after it, but committed changes stay."""


@pytest.mark.parametrize("dry_run", ["true", "false"])
def test_repairs_are_counted_by_kind_with_their_first_lines_in_a_dry_run_too(
    surveys: Running, survey: dict[str, Any], dry_run: str
) -> None:
    body = import_file(surveys, survey, FILE, dry_run=dry_run)
    assert counts(body) == Counts(processed=4, created=3, rejected=1)
    assert body["repaired"] == REPAIRED


def test_numbers_of_a_sheet_that_were_read_at_15_digits_are_counted(
    surveys: Running, survey: dict[str, Any]
) -> None:
    content, book = io.BytesIO(), openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["appearance", "safety", "wish"])
    sheet.append([5, 4, 435])
    sheet.append([5, 4, 434.9999999999999])
    book.save(content)
    body = import_file(surveys, survey, content.getvalue())
    assert body["repaired"] == [{"kind": "rounded_number", "count": 1, "first_lines": [3]}]
    assert {each["answers"]["wish"] for each in stored_responses(surveys, survey)} == {"435"}


def test_answers_and_respondents_are_stored_as_they_were_repaired(
    surveys: Running, survey: dict[str, Any]
) -> None:
    import_file(surveys, survey, FILE)
    stored = stored_responses(surveys, survey)
    assert [each["customer"]["id"] for each in stored] == ["0017", "18", "20"]
    assert [each["answers"]["wish"] for each in stored] == [
        "便宜一点",
        "café",
        "+1 from O'Neil",
    ]


def test_a_respondent_with_an_apostrophe_or_invisible_characters_answers_only_once(
    surveys: Running, survey: dict[str, Any]
) -> None:
    header = "respondent_external_id,appearance,safety"
    data = csv_file("17,5,4", "'17,5,4", "\u200b17,5,4", header=header)
    body = import_file(surveys, survey, data)
    assert counts(body) == Counts(processed=3, created=1, rejected=2)
    assert body["repaired"] == []


@pytest.mark.parametrize("dry_run", ["true", "false"])
def test_a_killed_import_that_is_resumed_counts_no_repair_twice(
    surveys: Running, survey: dict[str, Any], monkeypatch: pytest.MonkeyPatch, dry_run: str
) -> None:
    monkeypatch.setattr(job, "STEP", 1)

    def die(_: int) -> None:
        """End as if the process was killed, in place of the counter behind a committed step."""
        raise _KilledError

    monkeypatch.setattr(JOB_LINES.labels("imports"), "inc", die)
    location = upload(surveys.client, survey, FILE, dry_run=dry_run).headers["Location"]
    kills = 0
    while surveys.client.get(location).json()["state"] != "succeeded":
        try:
            run_imports(surveys)
        except _KilledError:
            kills += 1
    assert kills > 1
    assert surveys.client.get(location).json()["repaired"] == REPAIRED


def test_a_formula_behind_an_apostrophe_is_rejected_and_its_file_of_errors_comes_back(
    surveys: Running, survey: dict[str, Any]
) -> None:
    header = "respondent_external_id,appearance,safety,wish"
    data = csv_file("17,5,4,'=1+1", "18,9,-5,+1", header=header)
    body = import_file(surveys, survey, data)
    rejected = rejected_lines(surveys, body)
    assert [row["error codes"] for row in rejected] == ["formula", "outside_scale;outside_scale"]
    again = import_file(surveys, survey, surveys.client.get(body["errors_url"]).content)
    codes = [(row["error codes"], row["wish"]) for row in rejected_lines(surveys, again)]
    assert codes == [(row["error codes"], row["wish"]) for row in rejected]

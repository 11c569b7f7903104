"""Cells that spreadsheets and other systems write in many ways, in files of answers."""

from typing import Any

from tests.services.harness import Running
from tests.services.survey.fieldwork.imports.outcomes import Counts, counts
from tests.services.survey.fieldwork.imports.test_imports import (
    csv_file,
    import_file,
    rejected_lines,
    stored_responses,
)

HEADER = "respondent_external_id,submitted_at,appearance,safety"


def test_the_order_of_day_and_month_is_an_option_of_files_of_answers(
    surveys: Running, survey: dict[str, Any]
) -> None:
    data = csv_file("17,05/03/2026 9:30,5,4", "18,2026年3月5日 9:30,5,4", header=HEADER)
    body = import_file(surveys, survey, data)
    assert counts(body) == Counts(processed=2, created=1, rejected=1)
    (row,) = rejected_lines(surveys, body)
    assert "set `options.date_format` to day_first or month_first" in row["errors"]
    day_first = import_file(surveys, survey, data, options={"date_format": "day_first"})
    assert counts(day_first) == Counts(processed=2, created=1, unchanged=1)
    times = {response["submitted_at"] for response in stored_responses(surveys, survey)}
    assert times == {"2026-03-05T01:30:00Z"}


def test_an_id_that_is_a_placeholder_shortened_or_invisible_names_no_respondent(
    surveys: Running, survey: dict[str, Any]
) -> None:
    ids = ("NULL", "n/a", "1.10105E+17", "\u3164")
    data = csv_file(*(f"{text},,5,4" for text in ids), header=HEADER)
    body = import_file(surveys, survey, data)
    assert counts(body) == Counts(processed=4, rejected=4)
    codes = [row["error codes"] for row in rejected_lines(surveys, body)]
    assert codes == ["placeholder", "placeholder", "shortened", "invisible"]
    body = import_file(surveys, survey, data, options={"placeholders": ["none"]})
    assert counts(body) == Counts(processed=4, created=2, rejected=2)


def test_an_answer_may_be_a_placeholder(surveys: Running, survey: dict[str, Any]) -> None:
    data = csv_file("17,5,4,无", header="respondent_external_id,appearance,safety,wish")
    assert counts(import_file(surveys, survey, data)) == Counts(processed=1, created=1)
    (response,) = stored_responses(surveys, survey)
    assert response["answers"]["wish"] == "无"

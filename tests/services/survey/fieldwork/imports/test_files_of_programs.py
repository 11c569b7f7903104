"""Files of answers as other programs write them: line breaks, sheets, names of columns, numbers."""

import io
import re
from typing import Any

import openpyxl
import pytest

from tests.services.harness import Running
from tests.services.survey.fieldwork.imports.outcomes import Counts, counts
from tests.services.survey.fieldwork.imports.test_imports import (
    import_file,
    rejected_lines,
    stored_responses,
    upload,
)
from tests.shared.files.test_workbooks import with_parts

HEADER = "respondent_external_id,appearance,safety"
LINES = f"{HEADER}\n17,5,4\n18,5,bad\n"
"""A file with a valid line and an invalid one."""


def rejected_line_number(surveys: Running, survey: dict[str, Any], data: bytes) -> str:
    """Import a file with a valid and an invalid line; return the number of the invalid one."""
    body = import_file(surveys, survey, data)
    assert counts(body) == Counts(processed=2, created=1, rejected=1)
    (row,) = rejected_lines(surveys, body)
    return row["line no."]


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (LINES.replace("\n", "\r"), "3"),
        (LINES.replace("\n", "\r\n"), "3"),
        (f"sep=,\r\n{LINES}", "4"),
        (f'\ufeff"sep=,"\r\n{LINES}', "4"),
        (f"\n ,,\n{LINES}", "5"),
    ],
)
def test_a_file_with_other_line_breaks_or_lines_before_its_header_is_read(
    surveys: Running, survey: dict[str, Any], data: str, line: str
) -> None:
    assert rejected_line_number(surveys, survey, data.encode()) == line


def test_the_first_sheet_with_a_text_that_people_see_is_read(
    surveys: Running, survey: dict[str, Any]
) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(HEADER.split(","))
    book.worksheets[0].append(["16", 1, 1])
    book.worksheets[0].sheet_state = "hidden"
    book.create_sheet()
    sheet = book.create_sheet()
    for number, line in enumerate(LINES.splitlines(), start=3):
        for column, text in enumerate(line.split(","), start=1):
            sheet.cell(number, column, text)
    file = io.BytesIO()
    book.active = 1
    book.save(file)
    assert rejected_line_number(surveys, survey, file.getvalue()) == "5"


def test_a_separator_that_is_no_comma_is_named_in_the_refusal(
    surveys: Running, survey: dict[str, Any]
) -> None:
    refused = upload(surveys.client, survey, f"sep=;\r\n{LINES.replace(',', ';')}".encode())
    assert refused.status_code == 422
    assert "sep=;" in refused.json()["errors"][0]["message"]


def test_codes_of_items_in_another_letter_case_or_with_blanks_are_found(
    surveys: Running, survey: dict[str, Any]
) -> None:
    data = "Respondent External ID,Appearance\u00a0,SAFETY,Note\n17\u00a0,5,4,x\n"
    body = import_file(surveys, survey, data.encode())
    assert counts(body) == Counts(processed=1, created=1)
    assert body["ignored_columns"] == ["Note"]
    (response,) = stored_responses(surveys, survey)
    assert response["answers"] == {"appearance": 5, "safety": 4}
    same = import_file(surveys, survey, f"{HEADER}\n17,5,4\n".encode())
    assert counts(same) == Counts(processed=1, unchanged=1)


def test_numbers_are_read_or_rejected_and_never_taken_for_no_answer(
    surveys: Running, survey: dict[str, Any]
) -> None:
    read = {"5.": 5, "１２": 12, "+5": 5, "１２．５": 12.5, "3.0": 3}
    refused = ['"12,3"', "1 000", "1e1", "5-", "(5)", "5²", "5 人"]
    lines = [f"5,4,{text}" for text in [*read, *refused]]
    data = "\n".join(["appearance,safety,people", *lines])
    body = import_file(surveys, survey, data.encode())
    assert counts(body).created == len(read)
    stored = [response["answers"]["people"] for response in stored_responses(surveys, survey)]
    assert sorted(stored) == sorted(read.values())
    rows = rejected_lines(surveys, body)
    assert len(rows) == len(refused)
    assert {row["errors"] for row in rows} == {
        "people: Give a number such as 12.5, without separators, units or other text."
    }


def test_a_quote_that_stays_open_refuses_the_file_with_its_line(
    surveys: Running, survey: dict[str, Any]
) -> None:
    data = f'{HEADER},wish\n17,5,4,ensemble". \n18,5,4,"ensemble\n19,5,4,"x"\n'
    body = import_file(surveys, survey, data.encode())
    assert (body["state"], body["failure"]["params"]) == ("failed", {"line": 3})
    assert stored_responses(surveys, survey) == []


def test_a_line_with_an_answer_in_a_merged_cell_is_rejected(
    surveys: Running, survey: dict[str, Any]
) -> None:
    book, file = openpyxl.Workbook(), io.BytesIO()
    for cells in (HEADER.split(","), ["17", 5, 4], ["18", 5, 4], ["19", 5, 4]):
        book.worksheets[0].append(cells)
    book.worksheets[0].merge_cells("B3:B4")
    book.save(file)
    body = import_file(surveys, survey, file.getvalue())
    assert counts(body) == Counts(processed=3, created=1, rejected=2)
    assert {row["error codes"] for row in rejected_lines(surveys, body)} == {"merged"}


@pytest.mark.parametrize("size", ["", '<dimension ref="A1:B2"/>'])
def test_every_row_and_column_is_read_whatever_size_the_sheet_states(
    surveys: Running, survey: dict[str, Any], size: str
) -> None:
    book, file = openpyxl.Workbook(), io.BytesIO()
    for cells in ([*HEADER.split(","), "wish"], ["17", 5, 4, "cheaper"], ["18", 5, 3]):
        book.worksheets[0].append(cells)
    book.save(file)

    def change(text: str) -> str:
        return re.sub(r"<dimension[^>]*>", size, text).replace("</row>", '<c r="XFD1"/></row>', 1)

    content = with_parts(file.getvalue(), {"xl/worksheets/sheet1.xml": change})
    assert counts(import_file(surveys, survey, content)) == Counts(processed=2, created=2)
    wishes = {response["answers"].get("wish") for response in stored_responses(surveys, survey)}
    assert wishes == {"cheaper", None}


def test_answers_in_another_encoding_are_refused_until_the_encoding_is_named(
    surveys: Running, survey: dict[str, Any]
) -> None:
    data = f"{HEADER},wish\n17,5,4,Más opções já\n".encode("windows-1252")
    refused = upload(surveys.client, survey, data)
    assert refused.status_code == 422
    assert "windows-1252" in refused.json()["errors"][0]["message"]
    body = import_file(surveys, survey, data, options={"encoding": "windows-1252"})
    assert counts(body) == Counts(processed=1, created=1)
    (response,) = stored_responses(surveys, survey)
    assert response["answers"]["wish"] == "Más opções já"

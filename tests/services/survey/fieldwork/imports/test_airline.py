"""Imports a real file with 25 976 responses, and compares the events with the file."""

import gzip
import json
from collections.abc import Iterator
from typing import Any

import pytest

from shared.contracts.survey.response import ResponseSubmitted
from tests.services.harness import Running
from tests.services.survey.fieldwork.imports import airline
from tests.services.survey.fieldwork.imports.worker import run_imports

pytestmark = pytest.mark.skipif(
    not airline.FILE.exists(), reason=f"{airline.FILE} is not on this machine"
)


def import_file(surveys: Running, survey: str) -> dict[str, Any]:
    """Import the airline's file into a survey; return the response body of the finished import."""
    queued = surveys.client.post(
        f"/v1/surveys/{survey}/imports",
        files={"file": ("airline.csv", gzip.decompress(airline.FILE.read_bytes()))},
        data={
            "mapping": json.dumps(airline.MAPPING),
            "options": json.dumps({"system": "airline"}),
        },
    )
    assert queued.status_code == 202, queued.text
    run_imports(surveys)
    body: dict[str, Any] = surveys.client.get(queued.headers["Location"]).json()
    return body


def published_answers(surveys: Running) -> Iterator[dict[str, int]]:
    """Yield the ratings in each published event by item code, without missing answers."""
    for event in surveys.recorded(ResponseSubmitted):
        answers = event.answers.items()
        yield {code: value for code, value in answers if code.startswith("item_") and value != 0}


def test_importing_a_real_file_twice_publishes_each_response_once_with_the_answers_of_the_file(
    surveys: Running,
) -> None:
    survey = airline.open_survey(surveys.client)
    first = import_file(surveys, survey)
    assert (first["state"], first["rejected"], first["created"]) == ("succeeded", 0, 25_976)
    assert airline.means(published_answers(surveys)) == airline.means(airline.answers())
    progress = surveys.client.get(f"/v1/surveys/{survey}/progress").json()
    assert progress["n"] == 25_976
    again = import_file(surveys, survey)
    assert (again["unchanged"], again["created"], again["updated"]) == (25_976, 0, 0)
    assert len(surveys.recorded(ResponseSubmitted)) == 25_976

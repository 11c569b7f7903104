"""Real input: an airline's 25 976 answers, compared with a direct computation over the file."""

import gzip
import json
from collections.abc import Iterator
from typing import Any

import pytest

from shared.contracts.survey.response import ResponseSubmitted
from tests.services.harness import Running
from tests.services.survey.fieldwork.imports import airline
from tests.services.survey.fieldwork.imports.working import work

pytestmark = pytest.mark.skipif(
    not airline.FILE.exists(), reason=f"{airline.FILE} is not on this machine"
)


def imported(surveys: Running, survey: str) -> dict[str, Any]:
    queued = surveys.client.post(
        f"/v1/surveys/{survey}/imports",
        files={"file": ("airline.csv", gzip.decompress(airline.FILE.read_bytes()))},
        data={
            "mapping": json.dumps(airline.MAPPING),
            "options": json.dumps({"system": "airline"}),
        },
    )
    assert queued.status_code == 202, queued.text
    work(surveys)
    body: dict[str, Any] = surveys.client.get(queued.headers["Location"]).json()
    return body


def told(surveys: Running) -> Iterator[dict[str, int]]:
    """Give the items of the responses that others were told of."""
    for event in surveys.recorded(ResponseSubmitted):
        given = event.answers.items()
        yield {code: value for code, value in given if code.startswith("item_") and value != 0}


def test_an_airlines_answers_come_out_as_they_went_in_and_only_once(surveys: Running) -> None:
    survey = airline.open_survey(surveys.client)
    first = imported(surveys, survey)
    assert (first["state"], first["rejected"], first["created"]) == ("succeeded", 0, 25_976)
    assert airline.means(told(surveys)) == airline.means(airline.answers())
    progress = surveys.client.get(f"/v1/surveys/{survey}/progress").json()
    assert progress["n"] == 25_976
    again = imported(surveys, survey)
    assert (again["unchanged"], again["created"], again["updated"]) == (25_976, 0, 0)
    assert len(surveys.recorded(ResponseSubmitted)) == 25_976

"""Real input: an airline's 25 976 answers, compared with a direct computation over the file."""

import csv
import gzip
import json
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared.contracts.survey import ResponseSubmitted
from tests.services.harness import Running
from tests.services.survey.documents import text
from tests.services.survey.imports.working import work

FILE = Path(__file__).parents[5] / "shared" / "data" / "airline_satisfaction.csv.gz"
ITEMS = [
    "Inflight wifi service",
    "Departure/Arrival time convenient",
    "Ease of Online booking",
    "Gate location",
    "Food and drink",
    "Online boarding",
    "Seat comfort",
    "Inflight entertainment",
    "On-board service",
    "Leg room service",
    "Baggage handling",
    "Checkin service",
    "Inflight service",
    "Cleanliness",
]
CODES = {column: f"item_{at}" for at, column in enumerate(ITEMS, 1)}
STATES = {"satisfied": "yes", "neutral or dissatisfied": "no"}

pytestmark = pytest.mark.skipif(not FILE.exists(), reason=f"{FILE} is not on this machine")


def asked() -> dict[str, Any]:
    rows = [{"code": code, "text": text(name, name)} for name, code in CODES.items()]
    options = [{"code": code, "text": text(name, name)} for name, code in STATES.items()]
    return {
        "title": text("航空旅客", "Airline passengers"),
        "questions": [
            {
                "type": "matrix",
                "code": "service",
                "text": text("服务", "Service"),
                "role": "satisfaction",
                "scale": {"least": 1, "most": 5},
                "missing": [{"value": 0, "text": text("不适用", "Not applicable")}],
                "rows": rows,
            },
            {"type": "single", "code": "state", "text": text("总体", "All"), "options": options},
            {"type": "number", "code": "delay", "text": text("延误", "Delay"), "least": 0},
        ],
    }


def open_survey(client: httpx.Client) -> str:
    questionnaire = client.post("/v1/questionnaires", json=asked()).json()["id"]
    assert client.post(f"/v1/questionnaires/{questionnaire}/publish").status_code == 200
    survey: str = client.post("/v1/surveys", json={"questionnaire_id": questionnaire}).json()["id"]
    assert client.post(f"/v1/surveys/{survey}/publish").status_code == 200
    return survey


def imported(surveys: Running, survey: str) -> dict[str, Any]:
    mapping = CODES | {
        "id": "respondent_external_id",
        "satisfaction": "state",
        "Arrival Delay in Minutes": "delay",
    }
    queued = surveys.client.post(
        f"/v1/surveys/{survey}/imports",
        files={"file": ("airline.csv", gzip.decompress(FILE.read_bytes()))},
        data={"mapping": json.dumps(mapping), "options": json.dumps({"system": "airline"})},
    )
    assert queued.status_code == 202, queued.text
    work(surveys)
    body: dict[str, Any] = surveys.client.get(queued.headers["Location"]).json()
    return body


def direct() -> tuple[int, dict[str, Decimal]]:
    """Count the lines of the file and average its items, leaving out 0, without any of our code."""
    given: dict[str, list[int]] = defaultdict(list)
    lines = 0
    with gzip.open(FILE, "rt", encoding="utf-8") as file:
        for line in csv.DictReader(file):
            lines += 1
            for name in ITEMS:
                if line[name] != "0":
                    given[CODES[name]].append(int(line[name]))
    return lines, {code: Decimal(sum(values)) / len(values) for code, values in given.items()}


def told(surveys: Running) -> tuple[int, dict[str, Decimal]]:
    """Count the responses that others were told of and average their items."""
    given: dict[str, list[int]] = defaultdict(list)
    events = surveys.recorded(ResponseSubmitted)
    for event in events:
        for code, value in event.answers.items():
            if code.startswith("item_") and value != 0:
                given[code].append(value)
    return len(events), {code: Decimal(sum(values)) / len(values) for code, values in given.items()}


def test_an_airlines_answers_come_out_as_they_went_in_and_only_once(surveys: Running) -> None:
    survey = open_survey(surveys.client)
    first = imported(surveys, survey)
    assert (first["state"], first["rejected"], first["created"]) == ("succeeded", 0, 25_976)
    assert told(surveys) == direct()
    progress = surveys.client.get(f"/v1/surveys/{survey}/progress").json()
    assert progress["n"] == 25_976
    again = imported(surveys, survey)
    assert (again["unchanged"], again["created"], again["updated"]) == (25_976, 0, 0)
    assert len(surveys.recorded(ResponseSubmitted)) == 25_976

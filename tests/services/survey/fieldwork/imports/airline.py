"""A real survey of an airline with 25 976 responses: its questionnaire, and figures of its file.

The figures are computed from the file without any code of the product, to be compared with the
product's figures. An answer of 0 means "not applicable", so it counts as missing. The file is not
part of the project.
"""

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import sqrt
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import httpx
from scipy import stats

from tests.services.survey.documents import text

FILE = Path(__file__).parents[6] / "shared" / "data" / "airline_satisfaction.csv.gz"
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
"""The columns of the file whose values are answers from 1 to 5."""
CODES = {column: f"item_{number}" for number, column in enumerate(ITEMS, 1)}
"""The code of the item that each of these columns answers."""
OVERALL_OPTIONS = {"satisfied": "yes", "neutral or dissatisfied": "no"}
"""The code of the option for each value of the column `satisfaction`."""
MAPPING = CODES | {
    "id": "respondent_external_id",
    "satisfaction": "state",
    "Arrival Delay in Minutes": "delay",
}
LOWEST_ANSWER, HIGHEST_ANSWER = 1, 5


@dataclass(frozen=True)
class Index:
    """A satisfaction index from 0 to 100, and its 95 % confidence interval from `low` to `high`.

    `n` is the number of responses.
    """

    n: int
    index: float
    low: float
    high: float


def questionnaire_document() -> dict[str, Any]:
    """Return the document of a questionnaire that asks for all columns of the file."""
    rows = [{"code": code, "text": text(name, name)} for name, code in CODES.items()]
    options = [{"code": code, "text": text(name, name)} for name, code in OVERALL_OPTIONS.items()]
    return {
        "title": text("航空旅客", "Airline passengers"),
        "questions": [
            {
                "type": "matrix",
                "code": "service",
                "text": text("服务", "Service"),
                "role": "satisfaction",
                "scale": {"least": LOWEST_ANSWER, "most": HIGHEST_ANSWER},
                "missing": [{"value": 0, "text": text("不适用", "Not applicable")}],
                "rows": rows,
            },
            {
                "type": "single",
                "code": "state",
                "text": text("总体", "Overall"),
                "options": options,
            },
            {"type": "number", "code": "delay", "text": text("延误", "Delay"), "least": 0},
        ],
    }


def open_survey(client: httpx.Client) -> str:
    """Publish the questionnaire and a survey that asks it; return the id of the survey."""
    questionnaire = client.post("/v1/questionnaires", json=questionnaire_document()).json()["id"]
    assert client.post(f"/v1/questionnaires/{questionnaire}/publish").status_code == 200
    survey: str = client.post("/v1/surveys", json={"questionnaire_id": questionnaire}).json()["id"]
    assert client.post(f"/v1/surveys/{survey}/publish").status_code == 200
    return survey


def answers() -> Iterator[dict[str, int]]:
    """Yield the answers of each line of the file by item code, without missing answers."""
    with gzip.open(FILE, "rt", encoding="utf-8") as file:
        for line in csv.DictReader(file):
            yield {CODES[name]: int(line[name]) for name in ITEMS if line[name] != "0"}


def means(responses: Iterable[Mapping[str, int]]) -> tuple[int, dict[str, Decimal]]:
    """Return the number of responses, and by item code the mean of the answers."""
    values: dict[str, list[int]] = defaultdict(list)
    n = 0
    for n, response in enumerate(responses, 1):  # noqa: B007  the last number is the count
        for code, value in response.items():
            values[code].append(value)
    return n, {code: Decimal(sum(answers)) / len(answers) for code, answers in values.items()}


def index() -> Index:
    """Return the satisfaction index of the file: the mean of the indices of its responses.

    The index of a response is the mean of its answers, scaled from 1..5 to 0..100. The confidence
    interval is mean +- t s / sqrt(n), with Student's t for 97.5 % and n - 1 degrees of freedom, and
    the standard deviation s of the n indices.
    """
    scores = [
        fmean(
            100 * (value - LOWEST_ANSWER) / (HIGHEST_ANSWER - LOWEST_ANSWER)
            for value in response.values()
        )
        for response in answers()
        if response
    ]
    mean, n = fmean(scores), len(scores)
    margin = float(stats.t.ppf(0.975, n - 1)) * stdev(scores) / sqrt(n)
    return Index(n, mean, mean - margin, mean + margin)

"""The service reproduces the ledger: every figure that was worked out by hand from the domain."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared.clock import local_day
from shared.contracts.registry import (
    CustomerRegistered,
    ExternalId,
    OrderChanged,
    OrderLine,
    OrderPlaced,
    OrderReturned,
)
from shared.contracts.survey import CatalogueItem, ResponseSubmitted, SurveyPublished, Title
from tests.services.harness import Running, empty
from tests.services.scoring.telling import RECORDED, Told, an_id

LEDGER = Path(__file__).parents[2] / "ledger"
STEPS: list[dict[str, Any]] = json.loads((LEDGER / "ledger.json").read_bytes())
EXPECTED: dict[str, Any] = json.loads((LEDGER / "expected.json").read_bytes())
QUESTIONNAIRE: dict[str, Any] = json.loads((LEDGER / "questionnaire.json").read_bytes())
DAYS = list(EXPECTED["as_of"])


class Events:
    """Reads the steps of the ledger as the events that registry and survey would tell."""

    def __init__(self, told: Told) -> None:
        self._zone = told.scoring.settings.zone
        self._customers: dict[str, str] = {}
        self._orders: dict[str, int] = {}
        self._time = RECORDED

    def of(self, steps: list[dict[str, Any]]) -> Iterator[Any]:
        for number, step in enumerate(steps):
            self._time += timedelta(seconds=1)
            yield getattr(self, "_" + step["do"])(step["body"], number)

    def _customer(self, body: dict[str, Any], _: int) -> CustomerRegistered:
        names = [_name(pair) for pair in body["external_ids"]]
        self._customers.update(dict.fromkeys(names, names[0]))
        return CustomerRegistered(
            customer_id=an_id(names[0]),
            version=1,
            recorded_at=self._time,
            external_ids=[ExternalId(**pair) for pair in body["external_ids"]],
            kind=body["kind"],
            nature=body["nature"],
            internal=body.get("internal", False),
            disqualified=body.get("disqualified", False),
        )

    def _order(self, body: dict[str, Any], _: int) -> OrderPlaced | OrderChanged | OrderReturned:
        name = _name(body["external_id"])
        version = self._orders[name] = self._orders.get(name, 0) + 1
        ordered_at = datetime.fromisoformat(body["ordered_at"])
        lines = [OrderLine(**_exact(line)) for line in body["lines"]]
        returned = all(line.quantity < 0 for line in lines)
        kind = OrderReturned if returned else OrderPlaced if version == 1 else OrderChanged
        return kind(
            order_id=an_id(name),
            version=version,
            recorded_at=self._time,
            external_id=ExternalId(**body["external_id"]),
            customer_id=self._who(body),
            anonymous_reference=body["anonymous_reference"],
            ordered_at=ordered_at,
            occurred_on=local_day(ordered_at, self._zone),
            currency=body["currency"],
            lines=lines,
        )

    def _answer(self, body: dict[str, Any], number: int) -> ResponseSubmitted:
        return ResponseSubmitted(
            response_id=an_id(f"answer {number}"),
            version=1,
            recorded_at=self._time,
            survey_id=an_id("ledger"),
            wave=body["wave"],
            customer_id=self._who(body),
            channel=body["channel"],
            submitted_at=datetime.fromisoformat(body["submitted_at"]),
            answers=body["answers"],
        )

    def _who(self, body: dict[str, Any]) -> Any:
        return body["customer"] and an_id(self._customers[_name(body["customer"])])


def _name(pair: dict[str, str]) -> str:
    return f"{pair['system']}:{pair['id']}"


def _exact(line: dict[str, str]) -> dict[str, Any]:
    return {k: v if k == "product_code" else Decimal(v) for k, v in line.items()}


def _survey() -> SurveyPublished:
    fields = ("code", "type", "least", "most", "missing")
    items = [
        CatalogueItem(**{name: item[name] for name in fields}, role=item["role"] or "other")
        for item in QUESTIONNAIRE["items"]
    ]
    return SurveyPublished(
        survey_id=an_id("ledger"),
        version=1,
        recorded_at=RECORDED,
        title=Title(**QUESTIONNAIRE["title"]),
        waves=[],
        items=items,
    )


@pytest.fixture
def ledger(served_scoring: Running) -> Running:
    """Tell the whole ledger, one event a batch, in its order of arrival."""
    _tell(served_scoring, [[_survey()], *([each] for each in _events(served_scoring, STEPS))])
    return served_scoring


def _events(scoring: Running, steps: list[dict[str, Any]]) -> list[Any]:
    return list(Events(Told(scoring)).of(steps))


def _tell(scoring: Running, batches: list[list[Any]]) -> None:
    empty(scoring.database)
    for batch in batches:
        Told(scoring).events(*batch)


def _get(client: httpx.Client, path: str, **params: str) -> Any:
    found = client.get(path, params=params)
    assert found.status_code == 200, found.text
    return found.json()


def _same(found: Any, expected: Any) -> bool:
    if expected is None or isinstance(expected, bool):
        return found is expected
    near = Decimal(EXPECTED["tolerance"])
    return abs(Decimal(str(found)) - Decimal(str(expected))) <= near


def _check_score(found: dict[str, Any], expected: dict[str, Any]) -> None:
    assert Decimal(found["value_points"]) == Decimal(expected["value_points"])
    assert Decimal(found["recent_revenue"]) == Decimal(expected["revenue_12m"])
    for name in ("rung", "silent", "purchase_days"):
        assert found[name] == expected[name]
    if "class" in expected:
        assert found["class"] == expected["class"]
    answer, wanted = found["satisfaction"], expected["satisfaction"]
    assert (answer is None) == (wanted is None)
    if wanted:
        assert (Decimal(str(answer["index"])), answer["n"]) == (
            Decimal(wanted["index"]),
            wanted["n"],
        )
    _check_excluded(found["excluded"], expected["excluded"])


def _check_excluded(found: list[dict[str, Any]], expected: list[dict[str, Any]]) -> None:
    def read(rows: list[dict[str, Any]]) -> list[tuple[str, int, Decimal]]:
        return [(row["currency"], row["facts"], Decimal(row["amount"])) for row in rows]

    assert read(found) == read(expected)


@pytest.mark.parametrize("day", DAYS)
def test_scores_are_those_of_the_ledger(ledger: Running, day: str) -> None:
    for name, expected in EXPECTED["as_of"][day]["scores"].items():
        found = _get(ledger.client, f"/v1/scores/{an_id(name)}", as_of=day)
        _check_score(found, expected)


@pytest.mark.parametrize("day", DAYS)
def test_explanations_sum_to_the_points_of_the_ledger(ledger: Running, day: str) -> None:
    for name, expected in EXPECTED["as_of"][day]["scores"].items():
        found = _get(ledger.client, f"/v1/scores/{an_id(name)}/explanation", as_of=day)
        points = [Decimal(fact["points"]) for term in found["terms"] for fact in term["facts"]]
        assert sum(points, Decimal(0)) == Decimal(expected["value_points"])


@pytest.mark.parametrize("method", ["count", "value"])
@pytest.mark.parametrize("day", DAYS)
def test_the_abc_table_is_that_of_the_ledger(ledger: Running, day: str, method: str) -> None:
    found = _get(ledger.client, "/v1/portfolio/abc", as_of=day, method=method)
    expected = EXPECTED["as_of"][day]["abc"][method]
    assert (found["n"], found["basis"]) == (expected["n"], expected["basis"])
    assert Decimal(found["total"]) == Decimal(expected["total"])
    assert _same(found["gini"], expected["gini"])
    _check_excluded(found["excluded"], expected["excluded"])
    for row, wanted in zip(found["classes"], expected["classes"], strict=True):
        assert (row["class"], row["customers"]) == (wanted["class"], wanted["customers"])
        assert Decimal(row["value"]) == Decimal(wanted["value"])
        for name in ("customer_share", "value_share", "reference_share", "threshold"):
            assert _same(row[name], wanted[name]), (day, row["class"], name)


@pytest.mark.parametrize("day", DAYS)
def test_the_ladder_is_that_of_the_ledger(ledger: Running, day: str) -> None:
    found = _get(ledger.client, "/v1/portfolio/ladder", as_of=day)
    expected = EXPECTED["as_of"][day]["ladder"]
    assert found["n"] == expected["n"]
    assert Decimal(found["revenue"]) == Decimal(expected["revenue"])
    _check_excluded(found["excluded"], expected["excluded"])
    assert _rows(found["rungs"]) == _rows(expected["rungs"])


@pytest.mark.parametrize("part", EXPECTED["moves"], ids=lambda part: part["to"])
def test_the_moves_are_those_of_the_ledger(ledger: Running, part: dict[str, Any]) -> None:
    span = {"from": part["from"], "to": part["to"]}
    found = _get(ledger.client, "/v1/portfolio/ladder", **span)
    assert _rows(found["moves"]) == _rows(part["moves"])


def _rows(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [
        (row.get("rung"), row.get("from"), row.get("to"), row["customers"], Decimal(row["revenue"]))
        for row in rows
    ]


@pytest.mark.parametrize("day", DAYS)
def test_the_index_is_that_of_the_ledger(ledger: Running, day: str) -> None:
    _check_index(ledger, day, EXPECTED["as_of"][day]["index"])


def _check_index(scoring: Running, day: str, expected: dict[str, Any]) -> None:
    path = "/v1/portfolio/satisfaction"
    found = _get(scoring.client, path, survey=str(an_id("ledger")), as_of=day)
    assert found["n"] == expected["n"]
    for name in ("index", "low", "high"):
        assert _same(found[name], expected[name]), (day, name)


def test_the_ledger_comes_out_the_same_whatever_the_batches_and_their_order(
    served_scoring: Running,
) -> None:
    """All at once, backwards: answers before their survey, orders before their customers."""
    _tell(served_scoring, [[*_events(served_scoring, STEPS)[::-1], _survey()]])
    test_scores_are_those_of_the_ledger(served_scoring, DAYS[-1])
    test_the_abc_table_is_that_of_the_ledger(served_scoring, DAYS[-1], "count")
    test_the_ladder_is_that_of_the_ledger(served_scoring, DAYS[-1])
    test_the_index_is_that_of_the_ledger(served_scoring, DAYS[-1])


@pytest.mark.parametrize("part", EXPECTED["midway"], ids=lambda part: str(part["after_steps"]))
def test_what_has_arrived_so_far_comes_out_as_in_the_ledger(
    served_scoring: Running, part: dict[str, Any]
) -> None:
    _tell(served_scoring, [[_survey(), *_events(served_scoring, STEPS[: part["after_steps"]])]])
    for name, expected in part["scores"].items():
        found = _get(served_scoring.client, f"/v1/scores/{an_id(name)}", as_of=part["as_of"])
        _check_score(found, expected)
    if "index" in part:
        _check_index(served_scoring, part["as_of"], part["index"])

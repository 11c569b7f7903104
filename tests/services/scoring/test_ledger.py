"""The service reproduces the ledger: every figure that was worked out by hand from the domain."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from shared.clock import local_day
from shared.contracts.registry.customer import CustomerState
from shared.contracts.registry.external_id import ExternalId
from shared.contracts.registry.order import OrderChanged, OrderLine, OrderPlaced, OrderReturned
from shared.contracts.survey.response import ResponseSubmitted
from shared.contracts.survey.survey import CatalogueItem, SurveyPublished, Title
from tests.ledger import compare
from tests.ledger.compare import DAYS, EXPECTED, METHODS, QUESTIONNAIRE, STEPS
from tests.services.harness import Running, empty
from tests.services.scoring.telling import RECORDED, Told, an_id


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

    def _customer(self, body: dict[str, Any], _: int) -> CustomerState:
        names = [_name(pair) for pair in body["external_ids"]]
        self._customers.update(dict.fromkeys(names, names[0]))
        return CustomerState(
            customer_id=an_id(names[0]),
            version=1,
            recorded_at=self._time,
            external_ids=[ExternalId(**pair) for pair in body["external_ids"]],
            kind=body["kind"],
            nature=body["nature"],
            name=names[0],
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
def ledger(scoring: Running) -> Running:
    """Tell the whole ledger, one event a batch, in its order of arrival."""
    _tell(scoring, [[_survey()], *([each] for each in _events(scoring, STEPS))])
    return scoring


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


@pytest.mark.parametrize("day", DAYS)
def test_scores_are_those_of_the_ledger(ledger: Running, day: str) -> None:
    for name, expected in EXPECTED["as_of"][day]["scores"].items():
        found = _get(ledger.client, f"/v1/scores/{an_id(name)}", as_of=day)
        compare.score(found, expected)


@pytest.mark.parametrize("day", DAYS)
def test_explanations_sum_to_the_points_of_the_ledger(ledger: Running, day: str) -> None:
    for name, expected in EXPECTED["as_of"][day]["scores"].items():
        found = _get(ledger.client, f"/v1/scores/{an_id(name)}/explanation", as_of=day)
        compare.explanation(found, expected)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("day", DAYS)
def test_the_abc_table_is_that_of_the_ledger(ledger: Running, day: str, method: str) -> None:
    found = _get(ledger.client, "/v1/portfolio/abc", as_of=day, method=method)
    compare.abc(found, EXPECTED["as_of"][day]["abc"][method])


@pytest.mark.parametrize("day", DAYS)
def test_the_ladder_is_that_of_the_ledger(ledger: Running, day: str) -> None:
    found = _get(ledger.client, "/v1/portfolio/ladder", as_of=day)
    compare.ladder(found, EXPECTED["as_of"][day]["ladder"])


@pytest.mark.parametrize("part", EXPECTED["moves"], ids=lambda part: part["to"])
def test_the_moves_are_those_of_the_ledger(ledger: Running, part: dict[str, Any]) -> None:
    span = {"from": part["from"], "to": part["to"]}
    found = _get(ledger.client, "/v1/portfolio/ladder", **span)
    compare.moves(found, part)


@pytest.mark.parametrize("day", DAYS)
def test_the_index_is_that_of_the_ledger(ledger: Running, day: str) -> None:
    _check_index(ledger, day, EXPECTED["as_of"][day]["index"])


def _check_index(scoring: Running, day: str, expected: dict[str, Any]) -> None:
    path = "/v1/portfolio/satisfaction"
    found = _get(scoring.client, path, survey=str(an_id("ledger")), as_of=day)
    compare.index(found, expected)


def test_the_ledger_comes_out_the_same_whatever_the_batches_and_their_order(
    scoring: Running,
) -> None:
    """All at once, backwards: answers before their survey, orders before their customers."""
    _tell(scoring, [[*_events(scoring, STEPS)[::-1], _survey()]])
    test_scores_are_those_of_the_ledger(scoring, DAYS[-1])
    test_the_abc_table_is_that_of_the_ledger(scoring, DAYS[-1], "count")
    test_the_ladder_is_that_of_the_ledger(scoring, DAYS[-1])
    test_the_index_is_that_of_the_ledger(scoring, DAYS[-1])


@pytest.mark.parametrize("part", EXPECTED["midway"], ids=lambda part: str(part["after_steps"]))
def test_what_has_arrived_so_far_comes_out_as_in_the_ledger(
    scoring: Running, part: dict[str, Any]
) -> None:
    _tell(scoring, [[_survey(), *_events(scoring, STEPS[: part["after_steps"]])]])
    for name, expected in part["scores"].items():
        found = _get(scoring.client, f"/v1/scores/{an_id(name)}", as_of=part["as_of"])
        compare.score(found, expected)
    if "index" in part:
        _check_index(scoring, part["as_of"], part["index"])

"""The service computes the figures of the ledger, which were worked out by hand.

The ledger (tests/ledger) lists steps, such as registering a customer or placing an order, and the
expected figures after them.
"""

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
from tests.services.scoring.publishing import RECORDED, Worker, id_of


class Events:
    """Converts steps of the ledger to the events that registry and survey would publish."""

    def __init__(self, scoring: Running) -> None:
        self._zone = scoring.settings.zone
        self._customers: dict[str, str] = {}
        self._orders: dict[str, int] = {}
        self._time = RECORDED

    def of(self, steps: list[dict[str, Any]]) -> Iterator[Any]:
        """Yield the event of each step, recorded one second after the previous event."""
        for number, step in enumerate(steps):
            self._time += timedelta(seconds=1)
            yield getattr(self, "_" + step["do"])(step["body"], number)

    def _customer(self, body: dict[str, Any], _: int) -> CustomerState:
        """Return the event of a customer; `body` is a step `customer` of the ledger."""
        names = [_name(pair) for pair in body["external_ids"]]
        self._customers.update(dict.fromkeys(names, names[0]))
        return CustomerState(
            customer_id=id_of(names[0]),
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
        """Return the event of an order; `body` is a step `order` of the ledger."""
        name = _name(body["external_id"])
        version = self._orders[name] = self._orders.get(name, 0) + 1
        ordered_at = datetime.fromisoformat(body["ordered_at"])
        lines = [OrderLine(**_with_decimals(line)) for line in body["lines"]]
        is_return = all(line.quantity < 0 for line in lines)
        event = OrderReturned if is_return else OrderPlaced if version == 1 else OrderChanged
        return event(
            order_id=id_of(name),
            version=version,
            recorded_at=self._time,
            external_id=ExternalId(**body["external_id"]),
            customer_id=self._customer_id(body),
            ordered_at=ordered_at,
            occurred_on=local_day(ordered_at, self._zone),
            currency=body["currency"],
            lines=lines,
        )

    def _answer(self, body: dict[str, Any], number: int) -> ResponseSubmitted:
        """Return the event of a response; `body` is a step `answer` of the ledger."""
        return ResponseSubmitted(
            response_id=id_of(f"answer {number}"),
            version=1,
            recorded_at=self._time,
            survey_id=id_of("ledger"),
            wave=body["wave"],
            customer_id=self._customer_id(body),
            channel=body["channel"],
            submitted_at=datetime.fromisoformat(body["submitted_at"]),
            answers=body["answers"],
        )

    def _customer_id(self, body: dict[str, Any]) -> Any:
        return body["customer"] and id_of(self._customers[_name(body["customer"])])


def _name(pair: dict[str, str]) -> str:
    """Return the name of a customer or order in tests: its external id as `system:id`."""
    return f"{pair['system']}:{pair['id']}"


def _with_decimals(line: dict[str, str]) -> dict[str, Any]:
    """Return the fields of an order line with all numbers as `Decimal`."""
    return {name: text if name == "product_code" else Decimal(text) for name, text in line.items()}


def _survey() -> SurveyPublished:
    """Return the event of the survey whose questionnaire the ledger describes."""
    fields = ("code", "type", "least", "most", "missing")
    items = [
        CatalogueItem(**{name: item[name] for name in fields}, role=item["role"] or "other")
        for item in QUESTIONNAIRE["items"]
    ]
    return SurveyPublished(
        survey_id=id_of("ledger"),
        version=1,
        recorded_at=RECORDED,
        title=Title(**QUESTIONNAIRE["title"]),
        waves=[],
        items=items,
    )


@pytest.fixture
def ledger(scoring: Running) -> Running:
    """Return the service after it has handled all events of the ledger, one by one and in order."""
    _handle(scoring, [[_survey()], *([each] for each in _events(scoring, STEPS))])
    return scoring


def _events(scoring: Running, steps: list[dict[str, Any]]) -> list[Any]:
    """Return the events that registry and survey would publish for these steps.

    A step is one entry of the ledger (tests/ledger), such as placing an order.
    """
    return list(Events(scoring).of(steps))


def _handle(scoring: Running, batches: list[list[Any]]) -> None:
    """Empty the database, then handle these batches of events."""
    empty(scoring.database)
    for batch in batches:
        Worker(scoring).handle(*batch)


def _get(client: httpx.Client, path: str, **params: str) -> Any:
    """Return the JSON body of a GET request, which must succeed."""
    answer = client.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("day", DAYS)
def test_scores_equal_those_of_the_ledger(ledger: Running, day: str) -> None:
    for name, expected in EXPECTED["as_of"][day]["scores"].items():
        found = _get(ledger.client, f"/v1/scores/{id_of(name)}", as_of=day)
        compare.score(found, expected)


@pytest.mark.parametrize("day", DAYS)
def test_explanations_sum_to_the_points_of_the_ledger(ledger: Running, day: str) -> None:
    for name, expected in EXPECTED["as_of"][day]["scores"].items():
        found = _get(ledger.client, f"/v1/scores/{id_of(name)}/explanation", as_of=day)
        compare.explanation(found, expected)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("day", DAYS)
def test_the_abc_table_equals_that_of_the_ledger(ledger: Running, day: str, method: str) -> None:
    found = _get(ledger.client, "/v1/portfolio/abc", as_of=day, method=method)
    compare.abc(found, EXPECTED["as_of"][day]["abc"][method])


@pytest.mark.parametrize("day", DAYS)
def test_the_ladder_equals_that_of_the_ledger(ledger: Running, day: str) -> None:
    found = _get(ledger.client, "/v1/portfolio/ladder", as_of=day)
    compare.ladder(found, EXPECTED["as_of"][day]["ladder"])


@pytest.mark.parametrize("part", EXPECTED["moves"], ids=lambda part: part["to"])
def test_the_moves_equal_those_of_the_ledger(ledger: Running, part: dict[str, Any]) -> None:
    period = {"from": part["from"], "to": part["to"]}
    found = _get(ledger.client, "/v1/portfolio/ladder", **period)
    compare.moves(found, part)


@pytest.mark.parametrize("day", DAYS)
def test_the_index_equals_that_of_the_ledger(ledger: Running, day: str) -> None:
    _check_index(ledger, day, EXPECTED["as_of"][day]["index"])


def _check_index(scoring: Running, day: str, expected: dict[str, Any]) -> None:
    """Compare the satisfaction index as of a day with the expected one."""
    path = "/v1/portfolio/satisfaction"
    found = _get(scoring.client, path, survey=str(id_of("ledger")), as_of=day)
    compare.index(found, expected)


def test_the_events_of_the_ledger_in_reverse_order_in_one_batch_give_the_same_figures(
    scoring: Running,
) -> None:
    """In reverse order, responses arrive before their survey, and orders before their customers."""
    _handle(scoring, [[*_events(scoring, STEPS)[::-1], _survey()]])
    test_scores_equal_those_of_the_ledger(scoring, DAYS[-1])
    test_the_abc_table_equals_that_of_the_ledger(scoring, DAYS[-1], "count")
    test_the_ladder_equals_that_of_the_ledger(scoring, DAYS[-1])
    test_the_index_equals_that_of_the_ledger(scoring, DAYS[-1])


@pytest.mark.parametrize("part", EXPECTED["midway"], ids=lambda part: str(part["after_steps"]))
def test_the_first_steps_of_the_ledger_give_the_figures_that_it_expects_midway(
    scoring: Running, part: dict[str, Any]
) -> None:
    _handle(scoring, [[_survey(), *_events(scoring, STEPS[: part["after_steps"]])]])
    for name, expected in part["scores"].items():
        found = _get(scoring.client, f"/v1/scores/{id_of(name)}", as_of=part["as_of"])
        compare.score(found, expected)
    if "index" in part:
        _check_index(scoring, part["as_of"], part["index"])

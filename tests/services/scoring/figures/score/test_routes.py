"""Scores over HTTP: for callers who may see them, as of any date, and with explanations."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import httpx
import pytest
from sqlalchemy import select, update

from services.scoring.facts.fact.models import StoredFact
from services.scoring.modelling.value_model.models import StoredModel
from shared.http.identity import Identity
from shared.row_access import Rows
from tests.services.colleagues import of_team, of_user, team, user
from tests.services.harness import ADMINISTRATOR, Running
from tests.services.scoring.publishing import Worker, customer, id_of, order, response, survey

pytestmark = pytest.mark.both_stacks

SPRING, SUMMER = date(2025, 3, 1), date(2025, 7, 1)


@pytest.fixture
def buyers(worker: Worker) -> None:
    """Let the worker handle the events of 4 customers.

    `big` and `small` have orders, `returner` has returned more than it bought, `none` has no
    orders. The first three have owners in the teams east (li.na, wang) and west (chen).
    """
    worker.handle(
        customer("big", owner=user("li.na"), team=team("east")),
        customer("small", owner=user("wang"), team=team("east")),
        customer("returner", owner=user("chen"), team=team("west")),
        customer("none"),
        order("1", "big", SPRING, ("10", "9")),
        order("2", "big", SUMMER, ("10", "10000000.5")),
        order("3", "small", SUMMER, ("1", "9")),
        order("4", "returner", SUMMER, ("-1", "9")),
        order("5", "returner", SUMMER, ("1", "0")),
    )


@pytest.fixture
def all_terms(scoring: Running) -> Iterator[None]:
    """Switch on every term of the value model during a test."""
    with scoring.database.transaction() as session:
        model = session.scalars(select(StoredModel)).one()
        original = model.document
        terms = [term | {"on": True} for term in original["terms"]]
        model.document = original | {"terms": terms}
    yield
    with scoring.database.transaction() as session:
        session.scalars(select(StoredModel)).one().document = original


@pytest.mark.usefixtures("buyers")
def test_scores_are_listed_by_value_highest_first(client: httpx.Client) -> None:
    items = client.get("/v1/scores").json()["items"]
    found = [(item["customer_id"], item["value_points"]) for item in items]
    points = ["1000.00095", "0.00009", "0", "-0.00009"]
    names = ["big", "small", "none", "returner"]
    assert found == [(str(id_of(name)), each) for name, each in zip(names, points, strict=True)]


@pytest.mark.usefixtures("buyers")
def test_scores_can_be_filtered_by_rung(client: httpx.Client) -> None:
    items = client.get("/v1/scores", params={"rung": "suspect"}).json()["items"]
    assert [item["customer_id"] for item in items] == [str(id_of("none"))]


@pytest.mark.usefixtures("buyers")
@pytest.mark.parametrize(
    ("caller", "visible"),
    [(ADMINISTRATOR, 4), (of_team("east"), 2), (of_user("li.na"), 1)],
    ids=lambda value: str(getattr(value, "rows", value)),
)
def test_a_caller_sees_the_scores_of_their_customers_only(
    scoring: Running, caller: Identity, visible: int
) -> None:
    with scoring.as_caller(caller) as client:
        assert len(client.get("/v1/scores").json()["items"]) == visible
        hidden = client.get(f"/v1/scores/{id_of('returner')}")
        assert hidden.status_code == (200 if caller.rows is Rows.ALL else 404)
        explained = client.get(f"/v1/scores/{id_of('returner')}/explanation")
        assert explained.status_code == hidden.status_code
        assert client.get(f"/v1/scores/{id_of('big')}").status_code == 200


@pytest.mark.usefixtures("buyers")
def test_a_score_as_of_an_earlier_day_leaves_out_later_facts(client: httpx.Client) -> None:
    path = f"/v1/scores/{id_of('big')}"
    found = client.get(path, params={"as_of": "2025-06-30"}).json()
    assert (found["as_of"], found["value_points"]) == ("2025-06-30", "0.0009")
    assert (found["rung"], found["purchase_days"]) == ("first_time", 1)
    assert found["class"] == "A"


@pytest.mark.usefixtures("buyers")
def test_a_score_as_of_a_moment_leaves_out_later_facts_of_that_day(client: httpx.Client) -> None:
    """The orders were placed at noon in Shanghai."""
    path = f"/v1/scores/{id_of('big')}"
    before = client.get(path, params={"as_of": "2025-07-01T11:59:59+08:00"}).json()
    after = client.get(path, params={"as_of": "2025-07-01T12:00:00+08:00"}).json()
    assert (before["purchase_days"], after["purchase_days"]) == (1, 2)
    assert before["as_of"] == after["as_of"] == "2025-07-01"


@pytest.mark.usefixtures("buyers")
def test_the_stored_score_equals_the_computed_one(client: httpx.Client) -> None:
    for name in ("big", "small", "returner", "none"):
        stored = client.get(f"/v1/scores/{id_of(name)}").json()
        computed = client.get(f"/v1/scores/{id_of(name)}", params={"known_by": "2199-01-01"}).json()
        for body in (stored, computed):
            del body["made_at"], body["class"]
        assert stored == computed


@pytest.mark.usefixtures("buyers")
def test_an_explanation_lists_each_fact_with_its_points(client: httpx.Client) -> None:
    found = client.get(f"/v1/scores/{id_of('returner')}/explanation").json()
    assert found["value_points"] == "-0.00009"
    (term,) = found["terms"]
    assert (term["term"], term["points"]) == ("purchases", "-0.00009")
    facts = {(fact["kind"], fact["amount"], fact["points"]) for fact in term["facts"]}
    assert facts == {("return", "-9", "-0.00009"), ("purchase", "0", "0")}
    assert {fact["occurred_on"] for fact in term["facts"]} == {"2025-07-01"}
    assert term["facts"][0]["rule"].startswith("1 point per 100 000")


@pytest.mark.usefixtures("buyers", "all_terms")
def test_an_explanation_has_the_ids_of_orders_and_responses(
    scoring: Running, worker: Worker
) -> None:
    worker.handle(survey("s", "q"), response("r", "s", "returner", {"q": 4}))
    found = scoring.client.get(f"/v1/scores/{id_of('returner')}/explanation").json()
    bought, answered = ([fact["source"] for fact in term["facts"]] for term in found["terms"])
    orders = [
        {"type": "order", "id": str(id_of(name)), "external_id": {"system": "shop", "id": name}}
        for name in ("4", "5")
    ]
    assert sorted(bought, key=lambda source: str(source["external_id"])) == orders
    assert answered == [{"type": "response", "id": str(id_of("r"))}]


def test_a_replay_fills_the_external_ids_that_an_earlier_release_did_not_store(
    scoring: Running, worker: Worker
) -> None:
    events = customer("a"), order("1", "a", SPRING, ("1", "9"))
    worker.handle(*events)
    with scoring.database.transaction() as session:
        session.execute(update(StoredFact).values(source_system=None, source_external_id=None))
    path, found = f"/v1/scores/{id_of('a')}/explanation", []
    for _ in range(2):
        (fact,) = scoring.client.get(path).json()["terms"][0]["facts"]
        found.append(fact["source"]["external_id"])
        worker.handle(*events)
    assert found == [None, {"system": "shop", "id": "1"}]


def test_an_explanation_comes_in_pages(client: httpx.Client, worker: Worker) -> None:
    worker.handle(
        customer("a"), *(order(str(i), "a", date(2025, 1, i), ("1", "7")) for i in range(1, 12))
    )
    path, cursor = f"/v1/scores/{id_of('a')}/explanation", None
    points: list[Decimal] = []
    while cursor or not points:
        page = client.get(path, params={"limit": 4} | ({"cursor": cursor} if cursor else {})).json()
        assert page["terms"][0]["points"] == page["value_points"] == "0.00077"
        points += [Decimal(fact["points"]) for fact in page["terms"][0]["facts"]]
        cursor = page["next"]
    assert (len(points), sum(points)) == (11, Decimal("0.00077"))


@pytest.mark.usefixtures("all_terms")
@pytest.mark.parametrize(("sort", "step"), [("occurred_on", 1), ("-occurred_on", -1)])
def test_the_facts_of_each_term_are_sorted_by_day_in_either_direction(
    client: httpx.Client, worker: Worker, sort: str, step: int
) -> None:
    days = [date(2025, 1, 1 + number // 2) for number in range(9)]
    orders = [order(str(i), "a", each, ("1", "7")) for i, each in enumerate(days)]
    worker.handle(customer("a"), *orders, survey("s", "q"), response("r", "s", "a", {"q": 5}))
    path, shown = f"/v1/scores/{id_of('a')}/explanation", []
    params = {"limit": "2", "sort": sort}
    while "cursor" not in params or params["cursor"]:
        page = client.get(path, params=params).json()
        shown += [
            (term["term"], fact["occurred_on"], fact["fact_id"])
            for term in page["terms"]
            for fact in term["facts"]
        ]
        params["cursor"] = page["next"]
    bought, answered = shown[: len(days)], shown[len(days) :]
    assert bought == sorted(set(bought))[::step]
    assert [term for term, *_ in answered] == ["satisfaction"]


def test_an_unknown_order_of_an_explanation_is_refused(client: httpx.Client) -> None:
    answer = client.get(f"/v1/scores/{id_of('a')}/explanation", params={"sort": "points"})
    (fault,) = answer.json()["errors"]
    assert (answer.status_code, fault["pointer"], fault["code"]) == (422, "query:sort", "sort")


def test_the_explanation_leaves_out_answers_while_the_satisfaction_term_is_off(
    client: httpx.Client, worker: Worker
) -> None:
    worker.handle(customer("a"), survey("s", "q"), response("r", "s", "a", {"q": 5}))
    found = client.get(f"/v1/scores/{id_of('a')}/explanation").json()
    assert [term["term"] for term in found["terms"]] == ["purchases"]


@pytest.mark.parametrize(
    "params",
    [
        {"as_of": "0001-01-01"},
        {"as_of": "1899-12-31"},
        {"as_of": "9999-12-31"},
        {"as_of": "9999-01-01T00:00:00Z"},
        {"as_of": "9998-12-31T23:00:00Z"},  # January 1, 9999 in the company's time zone
        {"known_by": "9999-12-31"},
        {"known_by": "1899-12-31T00:00:00Z"},
    ],
)
@pytest.mark.usefixtures("buyers")
def test_a_day_outside_the_supported_years_is_refused_with_the_first_and_the_last_day(
    client: httpx.Client, params: dict[str, str]
) -> None:
    for path in (f"/v1/scores/{id_of('big')}", f"/v1/scores/{id_of('big')}/explanation"):
        (fault,) = client.get(path, params=params).json()["errors"]
        assert (fault["pointer"], fault["code"]) == (f"query:{next(iter(params))}", "out_of_range")
        assert fault["params"] == {"min": "1900-01-01", "max": "9998-12-31"}
        assert fault["message"].endswith("Give a value from 1900-01-01 to 9998-12-31.")


@pytest.mark.parametrize(
    ("params", "pointer"),
    [
        ({"as_of": "yesterday"}, "query:as_of"),
        ({"as_of": "2025-01-01T00:00:00"}, "query:as_of"),
        ({"as_of": "2025-13-01"}, "query:as_of"),
        ({"as_of": "2025-W47-1"}, "query:as_of"),
        ({"as_of": "2025-W47-1T09:30:00+08:00"}, "query:as_of"),
        ({"as_of": "20250101T093000+0800"}, "query:as_of"),
        ({"known_by": "2025-W47-1"}, "query:known_by"),
        ({"known_by": "9" * 30}, "query:known_by"),
        ({"currency": "XQQ"}, "query:currency"),
        ({"currency": "cny"}, "query:currency"),
        ({"segment": "vip"}, "query:segment"),
    ],
)
@pytest.mark.usefixtures("buyers")
def test_an_invalid_query_parameter_is_refused(
    client: httpx.Client, params: dict[str, str], pointer: str
) -> None:
    for path in (f"/v1/scores/{id_of('big')}", f"/v1/scores/{id_of('big')}/explanation"):
        answer = client.get(path, params=params)
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize("cursor", ["x", "WzFd", "WyJhIiwiYiIsImMiXQ"])
@pytest.mark.usefixtures("buyers")
def test_an_invalid_cursor_is_refused(client: httpx.Client, cursor: str) -> None:
    for path in ("/v1/scores", f"/v1/scores/{id_of('big')}/explanation"):
        answer = client.get(path, params={"cursor": cursor})
        assert answer.status_code == 422, (path, answer.text)

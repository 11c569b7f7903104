"""Scores over HTTP: for those who may see them, as of any date, explained fact by fact."""

from datetime import date
from decimal import Decimal

import httpx
import pytest
from sqlalchemy import select

from services.scoring.modelling.value_model.models import StoredModel
from shared.http.identity import Identity
from shared.row_access import Rows
from tests.services.harness import Running
from tests.services.scoring.telling import Told, an_id, customer, order, response, survey

SPRING, SUMMER = date(2025, 3, 1), date(2025, 7, 1)


@pytest.fixture
def shops(told: Told) -> None:
    told.events(
        customer("big", owner="li.na", team="east"),
        customer("small", owner="wang", team="east"),
        customer("debt", owner="chen", team="west"),
        customer("none"),
        order("1", "big", SPRING, ("10", "9")),
        order("2", "big", SUMMER, ("10", "10000000.5")),
        order("3", "small", SUMMER, ("1", "9")),
        order("4", "debt", SUMMER, ("-1", "9")),
        order("5", "debt", SUMMER, ("1", "0")),
    )


@pytest.mark.usefixtures("shops")
def test_scores_are_listed_by_falling_value(client: httpx.Client) -> None:
    items = client.get("/v1/scores").json()["items"]
    found = [(item["customer_id"], item["value_points"]) for item in items]
    points = ["1000.00095", "0.00009", "0", "-0.00009"]
    names = ["big", "small", "none", "debt"]
    assert found == [(str(an_id(name)), each) for name, each in zip(names, points, strict=True)]


@pytest.mark.usefixtures("shops")
def test_the_list_can_be_narrowed_to_a_rung(client: httpx.Client) -> None:
    items = client.get("/v1/scores", params={"rung": "suspect"}).json()["items"]
    assert [item["customer_id"] for item in items] == [str(an_id("none"))]


@pytest.mark.usefixtures("shops")
@pytest.mark.parametrize(("rows", "seen"), [(Rows.ALL, 4), (Rows.TEAM, 2), (Rows.OWN, 1)], ids=str)
def test_a_caller_sees_the_scores_of_their_customers_only(
    scoring: Running, rows: Rows, seen: int
) -> None:
    caller = Identity("li.na", "Li Na", frozenset({"read"}), rows, "east")
    with scoring.as_caller(caller) as client:
        assert len(client.get("/v1/scores").json()["items"]) == seen
        hidden = client.get(f"/v1/scores/{an_id('debt')}")
        assert hidden.status_code == (200 if rows is Rows.ALL else 404)
        explained = client.get(f"/v1/scores/{an_id('debt')}/explanation")
        assert explained.status_code == hidden.status_code
        assert client.get(f"/v1/scores/{an_id('big')}").status_code == 200


@pytest.mark.usefixtures("shops")
def test_a_score_as_of_an_earlier_day_leaves_out_what_came_later(client: httpx.Client) -> None:
    path = f"/v1/scores/{an_id('big')}"
    found = client.get(path, params={"as_of": "2025-06-30"}).json()
    assert (found["as_of"], found["value_points"]) == ("2025-06-30", "0.0009")
    assert (found["rung"], found["purchase_days"]) == ("first_time", 1)
    assert found["class"] == "A"


@pytest.mark.usefixtures("shops")
def test_a_moment_as_of_leaves_out_what_came_later_that_day(client: httpx.Client) -> None:
    """The orders are of noon in Shanghai."""
    path = f"/v1/scores/{an_id('big')}"
    before = client.get(path, params={"as_of": "2025-07-01T11:59:59+08:00"}).json()
    after = client.get(path, params={"as_of": "2025-07-01T12:00:00+08:00"}).json()
    assert (before["purchase_days"], after["purchase_days"]) == (1, 2)
    assert before["as_of"] == after["as_of"] == "2025-07-01"


@pytest.mark.usefixtures("shops")
def test_the_kept_score_is_the_computed_one(client: httpx.Client) -> None:
    for name in ("big", "small", "debt", "none"):
        kept = client.get(f"/v1/scores/{an_id(name)}").json()
        computed = client.get(f"/v1/scores/{an_id(name)}", params={"known_by": "2199-01-01"}).json()
        for body in (kept, computed):
            del body["made_at"], body["class"]
        assert kept == computed


@pytest.mark.usefixtures("shops")
def test_an_explanation_names_each_fact_with_its_points(client: httpx.Client) -> None:
    found = client.get(f"/v1/scores/{an_id('debt')}/explanation").json()
    assert found["value_points"] == "-0.00009"
    (term,) = found["terms"]
    assert (term["term"], term["points"]) == ("purchases", "-0.00009")
    facts = {(fact["kind"], fact["amount"], fact["points"]) for fact in term["facts"]}
    assert facts == {("return", "-9", "-0.00009"), ("purchase", "0", "0")}
    assert {fact["occurred_on"] for fact in term["facts"]} == {"2025-07-01"}
    assert term["facts"][0]["rule"].startswith("1 point per 100 000")


@pytest.mark.usefixtures("shops")
def test_an_explanation_leads_to_the_orders_and_answers(scoring: Running, told: Told) -> None:
    told.events(survey("s", "q"), response("r", "s", "debt", {"q": 4}))
    with scoring.database.transaction() as session:
        model = session.scalars(select(StoredModel)).one()
        shipped = model.document
        terms = [term | {"on": True} for term in shipped["terms"]]
        model.document = shipped | {"terms": terms}
    found = scoring.client.get(f"/v1/scores/{an_id('debt')}/explanation").json()
    with scoring.database.transaction() as session:
        session.scalars(select(StoredModel)).one().document = shipped
    bought, answered = (
        {(fact["order_id"], fact["response_id"]) for fact in term["facts"]}
        for term in found["terms"]
    )
    assert bought == {(str(an_id("4")), None), (str(an_id("5")), None)}
    assert answered == {(None, str(an_id("r")))}


def test_an_explanation_comes_in_pages(client: httpx.Client, told: Told) -> None:
    told.events(
        customer("a"), *(order(str(i), "a", date(2025, 1, i), ("1", "7")) for i in range(1, 12))
    )
    path, cursor = f"/v1/scores/{an_id('a')}/explanation", None
    points: list[Decimal] = []
    while cursor or not points:
        page = client.get(path, params={"limit": 4} | ({"cursor": cursor} if cursor else {})).json()
        assert page["terms"][0]["points"] == page["value_points"] == "0.00077"
        points += [Decimal(fact["points"]) for fact in page["terms"][0]["facts"]]
        cursor = page["next"]
    assert (len(points), sum(points)) == (11, Decimal("0.00077"))


def test_an_answer_without_its_term_is_in_no_explanation(client: httpx.Client, told: Told) -> None:
    told.events(customer("a"), survey("s", "q"), response("r", "s", "a", {"q": 5}))
    found = client.get(f"/v1/scores/{an_id('a')}/explanation").json()
    assert [term["term"] for term in found["terms"]] == ["purchases"]


@pytest.mark.parametrize(
    ("params", "pointer"),
    [
        ({"as_of": "yesterday"}, "query:as_of"),
        ({"as_of": "0001-01-01"}, "query:as_of"),
        ({"as_of": "9999-12-31"}, "query:as_of"),
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
@pytest.mark.usefixtures("shops")
def test_what_cannot_be_answered_is_refused(
    client: httpx.Client, params: dict[str, str], pointer: str
) -> None:
    for path in (f"/v1/scores/{an_id('big')}", f"/v1/scores/{an_id('big')}/explanation"):
        answer = client.get(path, params=params)
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize("cursor", ["x", "WzFd", "WyJhIiwiYiIsImMiXQ"])
@pytest.mark.usefixtures("shops")
def test_a_made_up_cursor_is_refused(client: httpx.Client, cursor: str) -> None:
    for path in ("/v1/scores", f"/v1/scores/{an_id('big')}/explanation"):
        answer = client.get(path, params={"cursor": cursor})
        assert answer.status_code == 422, (path, answer.text)

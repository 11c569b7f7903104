"""The list of customers with their scores: sorted, filtered, counted and included."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import Engine, event, update

from services.registry.customers.score.models import Score
from shared.http.identity import Identity
from shared.row_access import Rows
from tests.services.colleagues import team, user
from tests.services.harness import Running
from tests.services.registry.scores import COMPUTED_AT, handle, score_state, stored_scores

pytestmark = pytest.mark.both_stacks

PERSON: dict[str, Any] = {"kind": "person", "nature": "household"}
SCORE = {
    "value_points": "2.5",
    "class": "B",
    "rung": "repeat",
    "silent": False,
    "currency": "CNY",
    "as_of": "2026-03-01",
    "made_at": COMPUTED_AT.isoformat().replace("+00:00", "Z"),
}
"""The body of the score that `score_state` describes."""
SCORES: Mapping[str, dict[str, Any]] = {
    "new": {},
    "nothing": {"value_points": "0", "customer_class": None, "rung": "suspect"},
    "great": {"value_points": "10.25", "customer_class": "A", "rung": "client"},
    "small": {"value_points": "9.75", "customer_class": "B", "rung": "client", "silent": True},
    "returned": {"value_points": "-3", "customer_class": "C", "rung": "first_time"},
}
"""The score of each customer by name, in the order of registration; `new` has no score yet."""


@pytest.fixture
def ids(registry: Running) -> dict[str, str]:
    """Register the customers of SCORES, handle their scores, and return their ids by name."""
    found = {name: register(registry.client, name, team=team("east")) for name in SCORES}
    states = [score_state(found[name], **changes) for name, changes in SCORES.items() if changes]
    handle(registry, *states)
    return found


def register(client: httpx.Client, name: str, **fields: Any) -> str:
    """Register a person and return the id."""
    answer = client.post("/v1/customers", json=PERSON | {"name": name} | fields)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def page(client: httpx.Client, **params: Any) -> Any:
    """Return the page of the list of customers for these parameters."""
    answer = client.get("/v1/customers", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def names(client: httpx.Client, **params: Any) -> list[str]:
    """Return the names of the customers that the list shows for these parameters."""
    return [item["name"] for item in page(client, **params)["items"]]


@pytest.mark.usefixtures("ids")
def test_customers_are_sorted_by_points_and_those_without_a_score_are_the_least(
    client: httpx.Client,
) -> None:
    best_first = ["great", "small", "nothing", "returned", "new"]
    assert names(client, sort="-value_points") == best_first
    assert names(client, sort="value_points") == best_first[::-1]


@pytest.mark.usefixtures("ids")
def test_pages_by_points_show_each_customer_once(client: httpx.Client) -> None:
    first = page(client, sort="-value_points", limit=2)
    second = page(client, sort="-value_points", limit=2, cursor=first["next"])
    third = page(client, sort="-value_points", limit=2, cursor=second["next"])
    shown = [item["name"] for each in (first, second, third) for item in each["items"]]
    assert shown == ["great", "small", "nothing", "returned", "new"]
    assert third["next"] is None


@pytest.mark.usefixtures("ids")
def test_customers_are_filtered_by_class_rung_and_silence(client: httpx.Client) -> None:
    assert names(client, **{"class": "B"}) == ["small"]
    assert names(client, rung="client", sort="-value_points") == ["great", "small"]
    assert names(client, rung="client", silent="false") == ["great"]
    assert names(client, silent="true") == ["small"]
    assert names(client, silent="false", sort="name") == ["great", "nothing", "returned"]


@pytest.mark.parametrize("parameter", ["class", "rung"])
def test_an_unknown_class_or_rung_is_refused(client: httpx.Client, parameter: str) -> None:
    answer = client.get("/v1/customers", params={parameter: "best"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == f"query:{parameter}"


@pytest.mark.usefixtures("ids")
def test_classes_and_rungs_are_counted(client: httpx.Client) -> None:
    found = page(client, facets="class,rung", count="true", limit=1)
    assert found["total"] == {"value": 5, "exact": True}
    counts = {
        facet["field"]: {each["value"]: each["count"] for each in facet["values"]}
        for facet in found["facets"]
    }
    assert counts["class"] == {"A": 1, "B": 1, "C": 1, None: 2}
    assert counts["rung"] == {"client": 2, "first_time": 1, "suspect": 1, None: 1}


def test_include_shows_the_score_of_each_customer_or_null(registry: Running) -> None:
    scored, new = register(registry.client, "a"), register(registry.client, "b")
    handle(registry, score_state(scored))
    first, second = page(registry.client, include="score")["items"]
    assert (first["id"], first["score"]) == (scored, SCORE)
    assert (second["id"], second["score"]) == (new, None)
    plain = page(registry.client)["items"]
    assert plain[0] | {"score": SCORE} == first
    assert "score" not in plain[0]


def test_a_list_of_fifty_customers_with_names_and_classes_is_one_request(
    registry: Running,
) -> None:
    customers = [register(registry.client, f"c{number}") for number in range(50)]
    handle(registry, *map(score_state, customers))
    (answer,) = [registry.client.get("/v1/customers?include=score&fields=name,score")]
    shown = [(item["name"], item["score"]["class"]) for item in answer.json()["items"]]
    assert shown == [(f"c{number}", "B") for number in range(50)]


def test_a_rung_that_a_later_release_adds_is_stored_and_its_score_is_not_shown(
    registry: Running,
) -> None:
    customer = register(registry.client, "a")
    handle(registry, score_state(customer, rung="added_later"))
    assert stored_scores(registry)[customer]["rung"] == "added_later"
    shown = registry.client.get(f"/v1/customers/{customer}", params={"include": "score"})
    assert (shown.status_code, shown.json()["score"]) == (200, None)


@pytest.mark.parametrize("query", ["fields=name&include=score", "fields=name,score"])
def test_fields_and_include_select_the_score_together(registry: Running, query: str) -> None:
    customer = register(registry.client, "a")
    handle(registry, score_state(customer))
    answer = registry.client.get(f"/v1/customers?{query}")
    assert answer.json()["items"] == [{"id": customer, "name": "a", "score": SCORE}]


def test_one_customer_is_read_with_or_without_its_score(registry: Running) -> None:
    path = f"/v1/customers/{register(registry.client, 'a')}"
    plain = registry.client.get(path)
    new = registry.client.get(path, params={"include": "score"})
    assert "score" not in plain.json()
    assert new.json() == plain.json() | {"score": None}
    handle(registry, score_state(plain.json()["id"]))
    scored = registry.client.get(path, params={"include": "score"})
    assert scored.json() == plain.json() | {"score": SCORE}
    answer = registry.client.patch(
        path, json={"city": "苏州"}, headers={"If-Match": scored.headers["ETag"]}
    )
    assert (answer.status_code, answer.json()["version"]) == (200, 2)


@pytest.mark.parametrize("path", ["/v1/customers", "/v1/customers/{id}"])
def test_anything_but_the_score_cannot_be_included(client: httpx.Client, path: str) -> None:
    path = path.format(id=register(client, "a"))
    answer = client.get(path, params={"include": "score,orders"})
    (fault,) = answer.json()["errors"]
    assert (answer.status_code, fault["pointer"]) == (422, "query:include")
    assert (fault["code"], fault["params"]) == ("not_some_of", {"allowed": ["score"]})


@pytest.mark.parametrize(
    ("rows", "field"), [(Rows.OWN, {"owner": user("li.na")}), (Rows.TEAM, {"team": team("east")})]
)
def test_p7_a_limited_key_sees_scores_of_its_customers_only(
    registry: Running, rows: Rows, field: dict[str, str]
) -> None:
    """P7: in lists by points and with scores a key sees the same customers as in other lists."""
    mine, other = register(registry.client, "a", **field), register(registry.client, "b")
    handle(registry, score_state(mine), score_state(other, value_points="99"))
    caller = Identity("key-1", "", frozenset(), rows, team=team("east"), user=user("li.na"))
    with registry.as_caller(caller) as limited:
        for params in ({}, {"sort": "-value_points"}, {"class": "B"}, {"include": "score"}):
            assert names(limited, **params) == ["a"]
        found = page(limited, facets="class", count="true", include="score")
        assert found["total"] == {"value": 1, "exact": True}
        assert found["facets"][0]["values"] == [{"value": "B", "count": 1}]
        assert limited.get(f"/v1/customers/{other}?include=score").status_code == 404
        owned = {"owner": user("li.na"), "team": team("east")}
        copied = update(Score).where(Score.id == UUID(other)).values(owned)
        with registry.database.transaction() as session:
            session.execute(copied)
        assert names(limited, sort="-value_points") == ["a"]


def test_lists_by_points_can_be_filtered_by_owner_and_team(registry: Running) -> None:
    register(registry.client, "a", owner=user("li.na"), team=team("east"))
    register(registry.client, "b", owner=user("li.na"), team=team("west"))
    register(registry.client, "c", owner=user("wang.wei"), team=team("west"))
    assert names(registry.client, sort="value_points", owner=user("li.na")) == ["a", "b"]
    assert names(registry.client, sort="value_points", owner=user("li.na"), team=team("west")) == [
        "b"
    ]


@pytest.mark.usefixtures("ids")
@pytest.mark.parametrize(
    ("params", "tables"),
    [
        (
            {"sort": "name", "team": team("east"), "facets": "kind", "without": "city"},
            [False, False],
        ),
        ({"sort": "value_points"}, [True, False]),
        ({"class": "A"}, [True, True]),
        ({"facets": "rung"}, [True, True]),
        ({"without": "silent"}, [True, True]),
    ],
)
def test_scores_are_only_read_if_the_page_or_the_total_needs_them(
    client: httpx.Client, params: dict[str, str], tables: list[bool]
) -> None:
    statements: list[str] = []

    def note(*execution: Any) -> None:
        statements.append(execution[2])

    event.listen(Engine, "before_cursor_execute", note)
    try:
        page(client, count="true", **params)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    of_page, of_total = [each for each in statements if "FROM customers" in each][:2]
    assert [Score.__tablename__ in each for each in (of_page, of_total)] == tables

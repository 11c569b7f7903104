"""What every noun of every service has alike, asked of it by its document: docs/conventions.md."""

import importlib
import re
import uuid
from collections.abc import Iterator
from datetime import date
from typing import Any

import httpx
import pytest

from shared.http.identity import Identity
from shared.row_access import Rows
from tests.services.conftest import Serving
from tests.services.gateway.conftest import (  # noqa: F401  asked for by name
    Gateway,
    gateway,
    served_gateway,
)
from tests.services.harness import Running, counted
from tests.services.lists import check_list
from tests.services.scoring import publishing
from tests.services.visitor import Visitor

OF_THE_MOMENT = re.compile(r"0199a7c0-|<shown|\d\dT\d\d:")
"""In the values of an example: an id that was made up, a moment."""
UNKNOWN = {"uuid": str(uuid.UUID(int=7)), "integer": "77", "string": "nobody"}
SHOWN_LATER = {"design_questionnaire", "open_version", "design_survey", "open_wave"}
"""The examples of their answers show what becomes of the thing, or another of its kind."""
ANSWERED = ("Location", "ETag", "Content-Type")
SHARED = {"products", "questionnaires", "surveys", "value models"}
"""Nouns that belong to nobody: every key reads them, one that sees all rows changes them."""
COUNTS_ALL = "read_progress"
"""Tells how many there are and not who, whichever rows a key sees."""
STRANGER = Identity("key-stranger", "Stranger", frozenset({"read", "write"}), Rows.OWN)


@pytest.fixture(params=["registry", "survey", "scoring", "gateway"])
def service(request: pytest.FixtureRequest, serving: Serving) -> Running | Gateway:
    """Give a running service; where nothing can be made, something has been told."""
    if request.param == "gateway":
        found: Gateway = request.getfixturevalue("gateway")
        return found
    running = serving(request.param)
    if request.param == "scoring":
        buyers, day = ("a", "b"), date(2025, 3, 1)
        worker = publishing.Worker(running)
        worker.handle(*(publishing.customer(buyer) for buyer in buyers))
        worker.handle(
            *(publishing.order(f"{n} of {b}", b, day, ("1", "5")) for b in buyers for n in "12")
        )
    return running


@pytest.fixture
def visitor(service: Running | Gateway) -> Visitor:
    """Give one who knows a running service by its document alone."""
    module = importlib.import_module(f"services.{service.settings.name}.__main__")
    document = module.SERVICE.create_app(service.settings).openapi()
    return Visitor(document, service.client, service.database)


@pytest.fixture
def stranger(service: Running | Gateway) -> Iterator[httpx.Client]:
    """Give a client that reads and writes, and whose key owns nothing."""
    if isinstance(service, Running):
        with service.as_caller(STRANGER) as client:
            yield client
    else:
        wanted = {"name": STRANGER.name, "scopes": ["read", "write"], "rows": "own"}
        key = service.client.post("/v1/api-keys", json=wanted).json()["key"]
        with httpx.Client(base_url=service.url, headers={"Authorization": f"Bearer {key}"}) as own:
            yield own


def is_problem(answer: httpx.Response, status: int, pointer: str | None = None) -> bool:
    assert answer.status_code == status, (str(answer.request.url), answer.text)
    told = answer.json()
    where = [fault["pointer"] for fault in told["errors"]]
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (told["status"], told["detail"] != "", bool(told["code"])) == (status, True, True)
    assert where == ([pointer] if pointer else []), answer.request.url
    return True


def listed(answer: httpx.Response) -> list[Any]:
    """Give what a page lists; an explanation lists facts, by the terms that they belong to."""
    body = answer.json()
    facts = (fact for term in body.get("terms", ()) for fact in term["facts"])
    found: list[Any] = body.get("items", [*facts])
    return found


def lasting(shown: dict[str, Any]) -> dict[str, Any]:
    """Leave out of an example what differs from one time to the next: ids and moments."""
    return {name: value for name, value in shown.items() if not OF_THE_MOMENT.search(str(value))}


def filled(visitor: Visitor) -> Visitor:
    """Make everything, and where it can be two of it; end nothing."""
    for operation, answer in visitor.walk(to_its_end=False):
        if answer.status_code in {201, 202} and "requestBody" in operation.described:
            another = visitor.sends_another(operation)
            assert another.is_success, (str(operation), another.text)
    return visitor


def test_what_is_made_is_read_where_its_location_says(visitor: Visitor) -> None:
    for operation, answer in visitor.walk():
        if answer.status_code not in {201, 202}:
            continue
        read = visitor.client.get(answer.headers["Location"])
        assert read.status_code == 200, (str(operation), read.text)
        assert read.headers.get("ETag") == answer.headers.get("ETag")
        if answer.status_code == 201:
            assert read.json().items() <= answer.json().items(), str(operation)


def test_a_retry_with_the_same_key_has_one_effect_and_the_same_answer(visitor: Visitor) -> None:
    for operation, answer in visitor.walk():
        if not operation.takes("header", "idempotency-key"):
            continue
        there = counted(visitor.database)
        again = visitor.repeats(answer)
        assert counted(visitor.database) == there
        assert (again.status_code, again.content) == (answer.status_code, answer.content)
        assert [again.headers.get(n) for n in ANSWERED] == [answer.headers.get(n) for n in ANSWERED]
        assert again.headers["Idempotent-Replayed"] == "true"


def test_every_example_of_a_body_works_when_it_is_pasted(visitor: Visitor) -> None:
    """And the answer that is shown is the answer to it, but for what is null."""
    worked = set()
    for operation, answer in visitor.walk(to_its_end=False):
        worked.add(str(operation))
        content = operation.described["responses"][str(answer.status_code)]["content"]
        shown = visitor.example(content["application/json"]["schema"])
        told = {name for name, value in answer.json().items() if value is not None}
        assert told <= set(shown) <= set(answer.json()), str(operation)
        if answer.status_code == 201 and operation.name not in SHOWN_LATER:
            said, kept = answer.json(), lasting(shown)
            assert {name: said[name] for name in kept} == kept, str(operation)
    takes_a_body = [one for one in visitor.operations() if "requestBody" in one.described]
    assert {str(operation) for operation in takes_a_body} <= worked


def test_every_list_comes_in_pages_and_refuses_a_rubbish_cursor(visitor: Visitor) -> None:
    lists = [one for one in filled(visitor).operations("get") if one.takes("query", "cursor")]
    lengths = []
    for operation in lists:
        place = visitor.place(operation)
        whole = listed(visitor.client.get(place))
        pages = [visitor.client.get(f"{place}?limit=1")]
        while (cursor := pages[-1].json()["next"]) is not None and len(pages) <= len(whole):
            assert f"cursor={cursor}" in pages[-1].headers["Link"]
            pages.append(visitor.client.get(place, params={"limit": 1, "cursor": cursor}))
        assert "Link" not in pages[-1].headers
        assert [listed(page) for page in pages] == [[item] for item in whole], place
        lengths.append(len(pages))
        assert is_problem(visitor.client.get(f"{place}?cursor=rubbish"), 422, "query:cursor")
        assert is_problem(visitor.client.get(f"{place}?limit=0"), 422, "query:limit")
    assert max(lengths) > 1, "no list was long enough to have pages"


def test_every_list_is_sorted_as_it_says_and_can_be_turned_round(visitor: Visitor) -> None:
    """But for an explanation: its facts come by term, then by day."""
    for operation in filled(visitor).operations("get"):
        sort = [one["schema"] for one in operation.parameters if one["name"] == "sort"]
        if operation.takes("query", "cursor") and operation.name != "explain_score":
            rows = check_list(visitor.client, visitor.place(operation), *sort)
            assert rows > 1 or operation.name == "list_value_models", str(operation)
        else:
            assert sort == [], str(operation)


def test_what_is_not_there_is_a_problem_that_says_so(visitor: Visitor) -> None:
    """Whichever of the names in the path is the wrong one."""
    for operation in filled(visitor).operations("get", "post", "patch", "delete"):
        for _, answer in visitor.strays(operation, UNKNOWN):
            assert is_problem(answer, 404)


def test_what_is_no_id_is_refused_by_its_name(visitor: Visitor) -> None:
    for operation in filled(visitor).operations("get", "post", "patch", "delete"):
        for name, answer in visitor.strays(operation, {"uuid": "rubbish"}):
            assert is_problem(answer, 422, f"path:{name}")


def test_a_change_needs_the_version_that_it_is_of(visitor: Visitor) -> None:
    for operation, answer in visitor.walk():
        if not operation.takes("header", "if-match"):
            continue
        place = visitor.place(operation)
        read = visitor.client.get(place)
        assert is_problem(visitor.repeats(answer, if_match=None), 428)
        assert is_problem(visitor.repeats(answer), 412)
        assert is_problem(visitor.repeats(answer, if_match="2"), 400, "header:If-Match")
        assert visitor.client.get(place).content == read.content
        assert answer.headers["ETag"] == read.headers["ETag"] != answer.request.headers["If-Match"]


def test_a_parameter_that_nobody_knows_is_refused_by_its_name(visitor: Visitor) -> None:
    for operation in filled(visitor).operations("get"):
        answer = visitor.client.get(f"{visitor.place(operation)}?unheard_of=1")
        assert "query:unheard_of" in {fault["pointer"] for fault in answer.json()["errors"]}


def test_a_field_that_nobody_knows_is_refused_by_its_name(visitor: Visitor) -> None:
    for operation, answer in visitor.walk():
        body = visitor.body(operation)
        if "json" in body:
            body["json"]["unheard_of"] = 1
            assert is_problem(visitor.sends(operation, **body), 422, "/unheard_of"), answer


def test_p7_who_owns_nothing_reads_nothing_but_what_belongs_to_nobody(
    visitor: Visitor, stranger: httpx.Client
) -> None:
    """P7: a thing is not there or refused, a list is empty, a figure is not that of all."""
    for operation in filled(visitor).operations("get"):
        place = visitor.place(operation)
        seen, whole = stranger.get(place), visitor.client.get(place)
        if operation.noun in SHARED or operation.name == COUNTS_ALL:
            assert (seen.status_code, seen.content) == (200, whole.content), place
        elif seen.status_code == 200:
            assert listed(seen) == [], place
            assert seen.json() != whole.json(), place
        else:
            assert seen.status_code in {403, 404}, (place, seen.text)


def test_p7_who_owns_nothing_changes_nothing(visitor: Visitor, stranger: httpx.Client) -> None:
    """P7: neither a thing of others nor one that belongs to nobody, nor is a thing made of them."""
    for operation in filled(visitor).operations("post", "put", "patch", "delete"):
        there = counted(visitor.database)
        refused = visitor.sends(operation, client=stranger)
        assert refused.status_code in {403, 404, 422}, (str(operation), refused.text)
        assert counted(visitor.database) == there, str(operation)

"""Tests of the rules that hold for all routes of all services (docs/conventions.md).

The tests read the OpenAPI documents, so a new route is tested without a change here.
"""

import importlib
import uuid
from collections.abc import Iterator
from datetime import date
from functools import partial
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
from tests.services.hostile import HOSTILE_BODIES
from tests.services.lists import (
    LISTS_WITHOUT_IDS,
    PAGE_PARAMETERS,
    ListOfItems,
    check_counts,
    check_fields,
    check_filters,
    check_ids,
    check_ranges,
    check_sort,
)
from tests.services.rejections import reject_lines
from tests.services.scoring import publishing
from tests.services.visitor import Operation, Visitor, without_ids_and_times

UNKNOWN_IDS = {"uuid": str(uuid.UUID(int=7)), "integer": "77", "string": "nobody"}
"""Ids that do not exist, by the type of the path parameter."""
SHOWN_LATER = {"design_questionnaire", "open_version", "design_survey", "open_wave"}
"""Operations whose example answers show a later state of the resource, or another resource."""
REPEATED_HEADERS = ("Location", "ETag", "Content-Type")
SHARED = {"problems", "products", "questionnaires", "surveys", "value models"}
SHARED |= {"questionnaire-templates"}
"""Tags of resources of no customer: every key may read them, but needs all rows to change them."""
COUNTS_ALL = "read_progress"
"""An operation that counts responses of all customers, whichever rows a key sees."""
STRANGER = Identity("key-stranger", "Stranger", frozenset({"read", "write"}), Rows.OWN)


@pytest.fixture(params=["registry", "survey", "scoring", "gateway"])
def service(request: pytest.FixtureRequest, serving: Serving) -> Running | Gateway:
    """Return a running service.

    Nothing can be created through the API of scoring, so it has consumed events of two customers.
    """
    if request.param == "gateway":
        running_gateway: Gateway = request.getfixturevalue("gateway")
        return running_gateway
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
    """Return a client that knows the running service only by its OpenAPI document."""
    module = importlib.import_module(f"services.{service.settings.name}.__main__")
    document = module.SERVICE.create_app(service.settings).openapi()
    complete = partial(reject_lines, service.settings.name, service.database)
    return Visitor(document, service.client, complete)


@pytest.fixture
def stranger(service: Running | Gateway) -> Iterator[httpx.Client]:
    """Yield a client whose key may read and write, but sees only its own rows and has none."""
    if isinstance(service, Running):
        with service.as_caller(STRANGER) as client:
            yield client
    else:
        body = {"name": STRANGER.name, "scopes": ["read", "write"], "rows": "own"}
        key = service.client.post("/v1/api-keys", json=body).json()["key"]
        with httpx.Client(
            base_url=service.url, headers={"Authorization": f"Bearer {key}"}, timeout=30
        ) as client:
            yield client


def is_problem(answer: httpx.Response, status: int, pointer: str | None = None) -> bool:
    """Fail unless an answer is a problem with this status and, if given, a fault at `pointer`."""
    assert answer.status_code == status, (str(answer.request.url), answer.text)
    problem = answer.json()
    pointers = [fault["pointer"] for fault in problem["errors"]]
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert problem["status"] == status
    assert all([problem["detail"], problem["code"]])
    assert pointers == ([pointer] if pointer else []), answer.request.url
    return True


def listed(answer: httpx.Response) -> list[Any]:
    """Return the items of a page; the items of an explanation are the facts in its terms."""
    body = answer.json()
    facts = (fact for term in body.get("terms", ()) for fact in term["facts"])
    items: list[Any] = body.get("items", [*facts])
    return items


def lists(visitor: Visitor) -> list[Operation]:
    """Create every resource, and return the operations that list resources.

    An explanation has pages too, but it is one resource and not a list.
    """
    found = filled(visitor).operations("get")
    return [one for one in found if one.takes("query", "cursor") and one.name != "explain_score"]


def list_of_items(visitor: Visitor, operation: Operation) -> ListOfItems:
    """Return the list that an operation answers with."""
    parameters = {one["name"]: one for one in operation.parameters if one["in"] == "query"}
    return ListOfItems(visitor.client, visitor.path_of(operation), parameters)


def filled(visitor: Visitor) -> Visitor:
    """Create every resource, twice if possible; nothing is deleted, closed or cancelled."""
    for operation, answer in visitor.send_all(also_final=False):
        if answer.status_code in {201, 202} and "requestBody" in operation.described:
            another = visitor.send_another(operation)
            assert another.is_success, (str(operation), another.text)
    visitor.complete()
    return visitor


def test_a_created_resource_is_read_at_its_location(visitor: Visitor) -> None:
    for operation, answer in visitor.send_all():
        if answer.status_code not in {201, 202}:
            continue
        read = visitor.client.get(answer.headers["Location"])
        assert read.status_code == 200, (str(operation), read.text)
        if "ETag" in answer.headers:
            assert read.headers["ETag"] == answer.headers["ETag"], str(operation)
        if answer.status_code == 201:
            assert read.json().items() <= answer.json().items(), str(operation)


def test_a_retry_with_the_same_idempotency_key_has_one_effect_and_the_same_answer(
    visitor: Visitor, service: Running | Gateway
) -> None:
    for operation, answer in visitor.send_all():
        if not operation.takes("header", "idempotency-key"):
            continue
        before = counted(service.database)
        again = visitor.repeat(answer)
        assert counted(service.database) == before
        assert (again.status_code, again.content) == (answer.status_code, answer.content)
        assert [again.headers.get(n) for n in REPEATED_HEADERS] == [
            answer.headers.get(n) for n in REPEATED_HEADERS
        ]
        assert again.headers["Idempotent-Replayed"] == "true"


def test_every_example_of_a_request_body_is_accepted(visitor: Visitor) -> None:
    """The answer has the fields of the documented example and, after a 201, the same values."""
    accepted = set()
    for operation, answer in visitor.send_all(also_final=False):
        accepted.add(str(operation))
        content = operation.described["responses"][str(answer.status_code)]["content"]
        shown = visitor.example(content["application/json"]["schema"])
        present = {name for name, value in answer.json().items() if value is not None}
        assert present <= set(shown) <= set(answer.json()), str(operation)
        if answer.status_code == 201 and operation.name not in SHOWN_LATER:
            body, expected = answer.json(), without_ids_and_times(shown)
            assert {name: body[name] for name in expected} == expected, str(operation)
    takes_a_body = [one for one in visitor.operations() if "requestBody" in one.described]
    assert {str(operation) for operation in takes_a_body} <= accepted


def test_every_operation_can_be_tried_with_its_examples(visitor: Visitor) -> None:
    """The page /docs sends these; a request may be refused only for an id that does not exist."""
    refused = []
    for operation in visitor.operations():
        answer = visitor.try_out(operation)
        faults = answer.json().get("errors", [{}]) if answer.is_error else []
        is_unknown = answer.status_code == 404 or {one.get("code") for one in faults} == {"unknown"}
        if not answer.is_success and not is_unknown:
            refused.append((str(operation), answer.text))
    assert refused == []


def test_every_list_comes_in_pages_and_refuses_an_invalid_cursor(visitor: Visitor) -> None:
    lists = [one for one in filled(visitor).operations("get") if one.takes("query", "cursor")]
    lengths = []
    for operation in lists:
        path = visitor.path_of(operation)
        whole = listed(visitor.client.get(path))
        pages = [visitor.client.get(f"{path}?limit=1")]
        while (cursor := pages[-1].json()["next"]) is not None and len(pages) <= len(whole):
            assert f"cursor={cursor}" in pages[-1].headers["Link"]
            pages.append(visitor.client.get(path, params={"limit": 1, "cursor": cursor}))
        assert "Link" not in pages[-1].headers
        assert [listed(page) for page in pages] == [[item] for item in whole], path
        lengths.append(len(pages))
        assert is_problem(visitor.client.get(f"{path}?cursor=rubbish"), 422, "query:cursor")
        assert is_problem(visitor.client.get(f"{path}?limit=0"), 422, "query:limit")
    assert max(lengths) > 1, "no list was long enough to have pages"


def test_every_list_is_sorted_as_documented_and_can_be_reversed(visitor: Visitor) -> None:
    for operation in lists(visitor):
        rows = check_sort(list_of_items(visitor, operation))
        assert rows > 1 or operation.name == "list_value_models", str(operation)


def test_every_list_shows_the_requested_fields_and_counts_its_items(visitor: Visitor) -> None:
    for operation in lists(visitor):
        check_fields(list_of_items(visitor, operation))
        check_counts(list_of_items(visitor, operation))


def test_every_list_of_things_with_an_id_can_be_limited_to_some_ids(visitor: Visitor) -> None:
    for operation in lists(visitor):
        assert operation.takes("query", "ids") or operation.name in LISTS_WITHOUT_IDS
        if operation.takes("query", "ids"):
            check_ids(list_of_items(visitor, operation))


def test_every_filter_of_a_list_selects_the_items_that_match_it(visitor: Visitor) -> None:
    for operation in lists(visitor):
        values = {
            one["name"]: visitor.parameter_value(one)
            for one in operation.parameters
            if one["in"] == "query" and one["name"] not in PAGE_PARAMETERS
        }
        check_filters(list_of_items(visitor, operation), values)


def test_every_empty_range_of_times_or_days_is_refused_at_its_start(visitor: Visitor) -> None:
    for operation in lists(visitor):
        check_ranges(list_of_items(visitor, operation))


def test_p7_ids_of_items_that_a_key_may_not_see_are_left_out(
    visitor: Visitor, stranger: httpx.Client
) -> None:
    """P7: `ids` makes nothing visible, and neither do totals and facets."""
    for operation in lists(visitor):
        if not operation.takes("query", "ids") or operation.noun in SHARED:
            continue
        path = visitor.path_of(operation)
        items = visitor.client.get(path).json()["items"]
        ids = ",".join(item.get("id") or item["customer_id"] for item in items)
        seen = stranger.get(path, params={"ids": ids, "count": "true"})
        if seen.status_code == 200:
            total = {"value": 0, "exact": True}
            assert seen.json() == {"items": [], "next": None, "total": total}, path
        else:
            assert seen.status_code in {403, 404}, (path, seen.text)


def test_an_unknown_id_in_a_path_is_a_404_problem(visitor: Visitor) -> None:
    """Each id in a path is replaced by an unknown one, one after the other."""
    for operation in filled(visitor).operations("get", "post", "patch", "delete"):
        for _, answer in visitor.send_with_wrong_ids(operation, UNKNOWN_IDS):
            assert is_problem(answer, 404)


def test_an_invalid_id_in_a_path_is_refused_with_the_name_of_its_parameter(
    visitor: Visitor,
) -> None:
    for operation in filled(visitor).operations("get", "post", "patch", "delete"):
        for name, answer in visitor.send_with_wrong_ids(operation, {"uuid": "rubbish"}):
            assert is_problem(answer, 422, f"path:{name}")


def test_a_patch_needs_the_current_version_of_the_resource(visitor: Visitor) -> None:
    for operation, answer in visitor.send_all():
        if not operation.takes("header", "if-match"):
            continue
        path = visitor.path_of(operation)
        read = visitor.client.get(path)
        assert is_problem(visitor.repeat(answer, if_match=None), 428)
        stale = visitor.repeat(answer)
        assert (is_problem(stale, 412), stale.headers["ETag"]) == (True, read.headers["ETag"])
        assert visitor.repeat(answer, if_match=stale.headers["ETag"]).is_success
        assert is_problem(visitor.repeat(answer, if_match="2"), 400, "header:If-Match")
        assert visitor.client.get(path).content == read.content
        assert answer.headers["ETag"] == read.headers["ETag"] != answer.request.headers["If-Match"]


def test_an_upsert_with_a_condition_is_refused(visitor: Visitor) -> None:
    for operation in filled(visitor).operations("put"):
        for name, tag in (("If-Match", '"1"'), ("If-None-Match", "*")):
            sent = visitor.body(operation) | {"headers": {name: tag}}
            answer = visitor.client.put(visitor.path_of(operation), **sent)
            assert is_problem(answer, 400, f"header:{name}")


def test_a_read_of_what_has_not_changed_is_answered_with_304_and_no_body(visitor: Visitor) -> None:
    """HTML pages and streamed files have no ETag.

    A figure that is computed for the request has another `made_at`, so another ETag, each time.
    The tags of compressed answers are weak, so these answers are not compressed.
    """
    whole = {"Accept-Encoding": "identity"}
    conditional = 0
    for operation in filled(visitor).operations("get"):
        path = visitor.path_of(operation)
        answer = visitor.client.get(path, headers=whole)
        if not operation.takes("header", "if-none-match") or not answer.is_success:
            assert "ETag" not in answer.headers, path
            continue
        if visitor.client.get(path).content != answer.content:
            assert "made_at" in answer.json(), path
            continue
        conditional += 1
        tag = answer.headers["ETag"]
        assert answer.headers["Cache-Control"] in {"private, no-cache", "no-store"}
        for sent in (tag, f"W/{tag}", f'"x", {tag}', "*"):
            again = visitor.client.get(path, headers=whole | {"If-None-Match": sent})
            assert (again.status_code, again.content) == (304, b""), path
            assert again.headers["ETag"] in {tag, sent}
            assert again.headers["Cache-Control"] == answer.headers["Cache-Control"]
        other = visitor.client.get(path, headers={"If-None-Match": '"x"'})
        assert (other.status_code, other.content) == (200, answer.content)
    assert conditional > 1


def test_a_read_of_what_has_changed_is_answered_with_the_new_state(visitor: Visitor) -> None:
    for operation, answer in visitor.send_all():
        if operation.takes("header", "if-match"):
            path = visitor.path_of(operation)
            before = answer.request.headers["If-Match"]
            read = visitor.client.get(path, headers={"If-None-Match": before})
            assert (read.status_code, read.json()) == (200, answer.json()), path
            now = {"If-None-Match": answer.headers["ETag"]}
            assert visitor.client.get(path, headers=now).status_code == 304


def test_an_unknown_query_parameter_is_refused_with_its_name(visitor: Visitor) -> None:
    for operation in filled(visitor).operations("get"):
        answer = visitor.client.get(f"{visitor.path_of(operation)}?unknown_name=1")
        assert "query:unknown_name" in {fault["pointer"] for fault in answer.json()["errors"]}


def test_an_unknown_field_of_a_body_is_refused_with_its_name(visitor: Visitor) -> None:
    for operation, _ in visitor.send_all():
        body = visitor.body(operation)
        if "json" in body:
            body["json"]["unknown_name"] = 1
            assert is_problem(visitor.send(operation, **body), 422, "/unknown_name")


def test_a_hostile_body_is_refused_and_its_problem_is_explained(visitor: Visitor) -> None:
    """The client of the visitor checks each code, and its parameters, against the catalogue."""
    for operation in filled(visitor).operations("post", "put", "patch"):
        if "requestBody" not in operation.described:
            continue
        path = visitor.path_of(operation)
        for media_type, body in HOSTILE_BODIES:
            headers = {"Content-Type": media_type, "If-Match": '"1"'}
            answer = visitor.client.request(operation.verb, path, content=body, headers=headers)
            assert answer.status_code in {400, 415, 422}, (str(operation), body[:20], answer.text)
            assert answer.headers["Content-Type"] == "application/problem+json"


def test_p7_a_key_that_sees_no_rows_reads_only_what_belongs_to_no_customer(
    visitor: Visitor, stranger: httpx.Client
) -> None:
    """P7: a resource is 404 or 403, a list is empty, a figure leaves out other customers."""
    for operation in filled(visitor).operations("get"):
        path = visitor.path_of(operation)
        seen, whole = stranger.get(path), visitor.client.get(path)
        if operation.noun in SHARED or operation.name == COUNTS_ALL:
            assert (seen.status_code, seen.content) == (200, whole.content), path
        elif seen.status_code == 200:
            assert listed(seen) == [], path
            assert seen.json() != whole.json(), path
        else:
            assert seen.status_code in {403, 404}, (path, seen.text)


def test_p7_a_key_that_sees_no_rows_changes_nothing(
    visitor: Visitor, stranger: httpx.Client, service: Running | Gateway
) -> None:
    """P7: every operation that changes something is refused, and no row is added or removed."""
    for operation in filled(visitor).operations("post", "put", "patch", "delete"):
        before = counted(service.database)
        refused = visitor.send(operation, client=stranger)
        assert refused.status_code in {403, 404, 422}, (str(operation), refused.text)
        assert counted(service.database) == before, str(operation)

"""Clients of running services and checks of answers, for the conformance tests.

`tests/services/conftest.py` has the fixtures.
"""

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from typing import Any

import httpx

from shared.http.identity import Identity
from shared.row_access import Rows
from tests.services.gateway.conftest import Gateway
from tests.services.harness import Running
from tests.services.rejections import reject_lines
from tests.services.scoring import publishing
from tests.services.visitor import Visitor

SHARED = {"problems", "products", "questionnaires", "surveys", "value models"}
SHARED |= {"questionnaire-templates", "teams", "users"}
"""Tags of resources of no customer: every key may read them, but needs all rows to change them."""
STRANGER = Identity("key-stranger", "Stranger", frozenset({"read", "write"}), Rows.OWN)


def consume_events_of_two_customers(scoring: Running) -> None:
    """Let scoring consume events, because nothing can be created through its API."""
    buyers, day = ("a", "b"), date(2025, 3, 1)
    worker = publishing.Worker(scoring)
    worker.handle(*(publishing.customer(buyer) for buyer in buyers))
    worker.handle(
        *(publishing.order(f"{n} of {b}", b, day, ("1", "5")) for b in buyers for n in "12")
    )


def visitor_of(service: Running | Gateway) -> Visitor:
    """Return a client that knows a running service only by its OpenAPI document."""
    module = importlib.import_module(f"services.{service.settings.name}.__main__")
    document = module.SERVICE.create_app(service.settings).openapi()
    complete = partial(reject_lines, service.settings.name, service.database)
    return Visitor(document, service.client, complete)


@contextmanager
def stranger_to(service: Running | Gateway) -> Iterator[httpx.Client]:
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


def check_problem(answer: httpx.Response, status: int, pointer: str | None = None) -> None:
    """Fail unless an answer is a problem with this status and, if given, a fault at `pointer`."""
    assert answer.status_code == status, (str(answer.request.url), answer.text)
    problem = answer.json()
    pointers = [fault["pointer"] for fault in problem["errors"]]
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert problem["status"] == status
    assert all([problem["detail"], problem["code"]])
    assert pointers == ([pointer] if pointer else []), answer.request.url


def listed(answer: httpx.Response) -> list[Any]:
    """Return the items of a page; the items of an explanation are the facts in its terms."""
    body = answer.json()
    facts = (fact for term in body.get("terms", ()) for fact in term["facts"])
    items: list[Any] = body.get("items", [*facts])
    return items


def filled(visitor: Visitor) -> Visitor:
    """Create every resource, twice if possible; nothing is deleted, closed or cancelled."""
    for operation, answer in visitor.send_all(also_final=False):
        if answer.status_code in {201, 202} and "requestBody" in operation.described:
            another = visitor.send_another(operation)
            assert another.is_success, (str(operation), another.text)
    visitor.complete()
    return visitor

"""Tests of the rules that hold for all routes of all services (docs/conventions.md).

The tests read the OpenAPI documents, so a new route is tested without a change here.
"""

import uuid

import httpx

from tests.services.conforming import SHARED, check_problem, filled, listed
from tests.services.gateway.conftest import (  # noqa: F401  asked for by name
    Gateway,
    gateway,
    served_gateway,
)
from tests.services.harness import Running, counted
from tests.services.hostile import HOSTILE_BODIES
from tests.services.visitor import Visitor, without_ids_and_times

UNKNOWN_IDS = {"uuid": str(uuid.UUID(int=7)), "integer": "77", "string": "nobody"}
"""Ids that do not exist, by the type of the path parameter."""
SHOWN_LATER = {"design_questionnaire", "open_version", "design_survey", "open_wave"}
SHOWN_LATER |= {"invite_customer"}
"""Operations whose example answers show a later state of the resource, or another resource."""
REPEATED_HEADERS = ("Location", "ETag", "Content-Type")
COUNTS_ALL = "read_progress"
"""An operation that counts responses of all customers, whichever rows a key sees."""


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


def test_an_unknown_id_in_a_path_is_a_404_problem(visitor: Visitor) -> None:
    """Each id in a path is replaced by an unknown one, one after the other."""
    for operation in filled(visitor).operations("get", "post", "patch", "delete"):
        for _, answer in visitor.send_with_wrong_ids(operation, UNKNOWN_IDS):
            check_problem(answer, 404)


def test_an_invalid_id_in_a_path_is_refused_with_the_name_of_its_parameter(
    visitor: Visitor,
) -> None:
    for operation in filled(visitor).operations("get", "post", "patch", "delete"):
        for name, answer in visitor.send_with_wrong_ids(operation, {"uuid": "rubbish"}):
            check_problem(answer, 422, f"path:{name}")


def test_a_patch_needs_the_current_version_of_the_resource(visitor: Visitor) -> None:
    for operation, answer in visitor.send_all():
        if not operation.takes("header", "if-match"):
            continue
        path = visitor.path_of(operation)
        read = visitor.client.get(path)
        check_problem(visitor.repeat(answer, if_match=None), 428)
        stale = visitor.repeat(answer)
        check_problem(stale, 412)
        assert stale.headers["ETag"] == read.headers["ETag"]
        assert visitor.repeat(answer, if_match=stale.headers["ETag"]).is_success
        check_problem(visitor.repeat(answer, if_match="2"), 400, "header:If-Match")
        assert visitor.client.get(path).content == read.content
        assert answer.headers["ETag"] == read.headers["ETag"] != answer.request.headers["If-Match"]


def test_an_upsert_with_a_condition_is_refused(visitor: Visitor) -> None:
    for operation in filled(visitor).operations("put"):
        for name, tag in (("If-Match", '"1"'), ("If-None-Match", "*")):
            sent = visitor.body(operation) | {"headers": {name: tag}}
            answer = visitor.client.put(visitor.path_of(operation), **sent)
            check_problem(answer, 400, f"header:{name}")


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
            check_problem(visitor.send(operation, **body), 422, "/unknown_name")


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

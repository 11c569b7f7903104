"""Tests of conditional requests: ETags, 304 for If-None-Match, and versions in If-Match."""

import re
from copy import deepcopy
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from shared.http.conditional import (
    ETAG_HEADER,
    answer_to_read,
    describe_read,
    entity_tag,
    version_in,
)

TAG = entity_tag(b"body", 3)


def request(*if_none_match: str, method: str = "GET") -> Request:
    """Return a request with these headers If-None-Match."""
    headers = [(b"if-none-match", value.encode()) for value in if_none_match]
    return Request({"type": "http", "method": method, "headers": headers})


def answer_to(*if_none_match: str, method: str = "GET", **response: Any) -> Response:
    """Return the answer to a request for a resource whose ETag is TAG."""
    arguments = {"content": b"body", "headers": {"ETag": TAG}} | response
    return answer_to_read(request(*if_none_match, method=method), Response(**arguments))


def test_a_tag_has_the_version_and_a_digest_of_the_body() -> None:
    assert re.fullmatch(r'"3-[0-9a-f]{16}"', entity_tag(b"body", 3))
    assert re.fullmatch(r'"[0-9a-f]{16}"', entity_tag(b"body"))
    assert entity_tag(b"body", 3) == entity_tag(b"body", 3)
    assert entity_tag(b"body", 3) != entity_tag(b"another", 3)
    assert entity_tag(b"body", 3) != entity_tag(b"body", 4)
    assert entity_tag(b"body") != entity_tag(b"another")


@pytest.mark.parametrize("version", [0, 3, 10**18 - 1])
def test_the_version_of_a_tag_can_be_read(version: int) -> None:
    tag = entity_tag(b"body", version)
    for sent in (
        tag,
        f"W/{tag}",
        f" {tag} ",
        f'"{version}"',
        f'W/"{version}"',
        f'"{version}-gzip"',
    ):
        assert version_in(sent) == version


@pytest.mark.parametrize(
    "sent", ["", "*", "3", '"x"', '"-3"', '"3', '3"', '"3","4"', '"3x"', 'w/"3"', f'"{10**18}"']
)
def test_a_text_that_is_not_one_tag_with_a_version_has_none(sent: str) -> None:
    assert version_in(sent) is None


def test_the_tag_of_a_body_without_a_version_has_no_version() -> None:
    assert version_in('"0123456789abcdef"') is None


@pytest.mark.parametrize(
    "sent", [[TAG], [f'"x", {TAG}'], [f'"x",{TAG},"y"'], ['"x"', TAG], [f"{TAG} "]]
)
def test_a_caller_that_has_the_answer_gets_304_without_a_body(sent: list[str]) -> None:
    answer = answer_to(*sent)
    assert (answer.status_code, answer.body) == (304, b"")
    assert dict(answer.headers) == {"etag": TAG, "cache-control": "private, no-cache"}


def test_tags_are_compared_without_their_weakness_and_returned_as_sent() -> None:
    weak = f"W/{TAG}"
    assert answer_to(weak).headers["ETag"] == weak
    assert answer_to(f'"x", {weak}').headers["ETag"] == weak
    stored = {"ETag": weak}
    assert answer_to(TAG, headers=stored).status_code == 304
    assert answer_to(weak, headers=stored).status_code == 304


def test_an_asterisk_stands_for_any_answer() -> None:
    answer = answer_to("*")
    assert (answer.status_code, answer.headers["ETag"]) == (304, TAG)


@pytest.mark.parametrize("sent", [[], [""], ['"x"'], [TAG.strip('"')], ['"*"'], [f'"x{TAG[1:]}']])
def test_a_caller_without_the_answer_gets_it(sent: list[str]) -> None:
    answer = answer_to(*sent)
    assert (answer.status_code, answer.body) == (200, b"body")
    assert (answer.headers["ETag"], answer.headers["Cache-Control"]) == (TAG, "private, no-cache")


def test_an_answer_without_a_version_gets_a_tag_of_its_body() -> None:
    assert answer_to(headers={}).headers["ETag"] == entity_tag(b"body")
    assert answer_to(entity_tag(b"body"), headers={}).status_code == 304


def test_the_cache_control_of_a_route_stays_in_its_answer() -> None:
    own = {"Cache-Control": "no-store", "Vary": "Accept-Language", "X-Own": "1"}
    assert answer_to(headers=own).headers["Cache-Control"] == "no-store"
    unchanged = answer_to(entity_tag(b"body"), headers=own)
    assert dict(unchanged.headers) == {
        "etag": entity_tag(b"body"),
        "cache-control": "no-store",
        "vary": "Accept-Language",
    }


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_an_answer_to_another_method_stays_as_it_is(method: str) -> None:
    answer = answer_to(TAG, method=method)
    assert (answer.status_code, "Cache-Control" in answer.headers) == (200, False)


@pytest.mark.parametrize("status", [202, 302, 404])
def test_an_answer_with_another_status_stays_as_it_is(status: int) -> None:
    answer = answer_to(TAG, status_code=status)
    assert (answer.status_code, "Cache-Control" in answer.headers) == (status, False)


def test_a_streamed_answer_has_no_tag() -> None:
    answer = answer_to_read(request("*"), StreamingResponse(iter(["a"])))
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert "ETag" not in answer.headers


def test_a_read_of_json_is_documented_with_its_tag_and_304() -> None:
    operation: dict[str, Any] = {"responses": {"200": {"content": {"application/json": {}}}}}
    describe_read(operation)
    assert operation["responses"]["200"]["headers"] == {"ETag": ETAG_HEADER}
    assert operation["responses"]["304"]["headers"] == {"ETag": ETAG_HEADER}
    (parameter,) = operation["parameters"]
    assert (parameter["name"], parameter["required"]) == ("if-none-match", False)
    assert "example" not in parameter, "the page /docs would send it"


@pytest.mark.parametrize("responses", [{}, {"200": {}}, {"200": {"content": {"text/csv": {}}}}])
def test_another_read_is_documented_without_them(responses: dict[str, Any]) -> None:
    operation = {"responses": deepcopy(responses)}
    describe_read(operation)
    assert operation == {"responses": responses}

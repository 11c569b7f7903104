"""Tests of responses: status, headers, and the errors that a route documents."""

import json

import pytest
from starlette.responses import Response

from shared.errors import BadRequest, Fault, Invalid, PreconditionFailed, Problem, Unauthorized
from shared.faults import TOO_LONG
from shared.http.answers import FAULTS_IN_EXAMPLES, error_response, errors, json_response, with_body
from shared.http.conditional import entity_tag
from shared.http.problems import problem_json
from shared.http.schemas import Body


class Thing(Body):
    """A body to answer with."""

    name: str


def headers_of(response: Response) -> dict[str, str]:
    """Return the headers of a response except those that describe its body."""
    body_headers = {"content-length", "content-type"}
    return {name: value for name, value in response.headers.items() if name not in body_headers}


def test_a_body_is_answered_as_json() -> None:
    response = json_response(Thing(name="茶"))
    assert (response.status_code, json.loads(bytes(response.body))) == (200, {"name": "茶"})
    assert response.headers["Content-Type"] == "application/json"
    assert headers_of(response) == {}


def test_a_created_resource_is_answered_with_201_location_and_etag() -> None:
    response = json_response(Thing(name="a"), status=201, location="/v1/things/7", version=3)
    assert response.status_code == 201
    assert headers_of(response) == {
        "location": "/v1/things/7",
        "etag": entity_tag(bytes(response.body), 3),
    }


def test_a_response_with_another_body_has_the_status_and_the_other_headers_of_the_first() -> None:
    first = json_response(
        Thing(name="a"), status=201, location="/v1/things/7", version=3, headers={"X-Seen": "1"}
    )
    other = Thing(name="longer")
    second = with_body(first, other, version=3, headers={"Cache-Control": "no-store"})
    assert (second.status_code, json.loads(bytes(second.body))) == (201, {"name": "longer"})
    assert second.headers["Content-Length"] == str(len(second.body))
    assert second.headers.getlist("Content-Type") == ["application/json"]
    assert headers_of(second) == {
        "location": "/v1/things/7",
        "x-seen": "1",
        "cache-control": "no-store",
        "etag": entity_tag(bytes(second.body), 3),
    }
    assert headers_of(with_body(first, other)) == {"location": "/v1/things/7", "x-seen": "1"}


def test_an_unchanged_resource_is_answered_with_200_and_an_etag_but_no_location() -> None:
    """An upsert calls `json_response` alike for a created and for an unchanged resource."""
    response = json_response(Thing(name="a"), location="/v1/things/7", version=0)
    assert response.status_code == 200
    assert headers_of(response) == {"etag": entity_tag(bytes(response.body), 0)}


@pytest.mark.parametrize(("status", "has_location"), [(200, False), (201, True), (202, True)])
def test_only_201_and_202_have_a_location(status: int, *, has_location: bool) -> None:
    response = json_response(Thing(name="a"), status=status, location="/v1/things/7")
    assert response.status_code == status
    assert headers_of(response) == ({"location": "/v1/things/7"} if has_location else {})


def test_headers_that_a_route_passes_are_added_to_the_response_and_not_changed() -> None:
    own = {"Retry-After": "2"}
    response = json_response(Thing(name="a"), headers=own)
    assert headers_of(response) == {"retry-after": "2"}
    assert own == {"Retry-After": "2"}


def test_every_route_documents_401_422_503_and_its_own_errors_in_ascending_order() -> None:
    assert list(errors()) == [401, 422, 503]
    assert list(errors(404, 401, 400)) == [400, 401, 404, 422, 503]


def test_a_documented_error_refers_to_the_response_of_its_problem_class() -> None:
    assert errors(412)[412] == {"$ref": "#/components/responses/PreconditionFailed"}
    assert errors(404)[404] == {"$ref": "#/components/responses/NotFound"}


def test_a_documented_error_response_has_an_example_of_its_body() -> None:
    title = "It has changed since it was read."
    shown = error_response(PreconditionFailed)
    assert shown.pop("headers").keys() == {"X-Request-Id", "ETag"}
    assert shown == {
        "description": title,
        "content": {
            "application/problem+json": {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "example": {
                    "type": "/v1/problems#stale",
                    "title": title,
                    "status": 412,
                    "code": "stale",
                    "detail": str(PreconditionFailed()),
                    "request_id": "0199a7c0-0000-7000-8000-000000000000",
                    "errors": [],
                },
            }
        },
    }


def test_the_example_of_unacceptable_input_has_a_fault_and_its_text() -> None:
    shown = error_response(Invalid)["content"]["application/problem+json"]["example"]
    (fault,) = shown["errors"]
    assert (fault["pointer"], fault["code"], fault["params"]) == ("/name", "too_long", {"max": 200})
    assert shown["detail"] == fault["message"] == Fault("/name", TOO_LONG, max=200).message


@pytest.mark.parametrize("problem", [BadRequest, Invalid])
def test_an_example_is_the_body_that_the_problem_has(problem: type[Problem]) -> None:
    shown = error_response(problem)["content"]["application/problem+json"]["example"]
    faults = FAULTS_IN_EXAMPLES[problem]
    body = json.loads(problem_json(problem(*faults)))
    assert body | {"request_id": shown["request_id"]} == shown


def test_a_documented_401_has_the_header_that_names_the_scheme() -> None:
    assert error_response(Unauthorized)["headers"].keys() == {"X-Request-Id", "WWW-Authenticate"}

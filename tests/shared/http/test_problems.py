"""What is wrong with a request is said where it is wrong, and what to do."""

from typing import Any

import httpx
import pytest

JSON = {"Content-Type": "application/json"}


def told(answer: httpx.Response, status: int, code: str) -> list[tuple[str, str, str]]:
    body: dict[str, Any] = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, body["status"], body["code"]) == (status, status, code)
    return [(each["pointer"], each["code"], each["message"]) for each in body["errors"]]


@pytest.mark.parametrize("method", ["DELETE", "PUT", "PATCH"])
def test_a_method_that_a_path_lacks_is_told_with_those_it_has(
    client: httpx.Client, method: str
) -> None:
    answer = client.request(method, "/v1/notes")
    told(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "GET, POST"
    assert answer.json()["detail"] == "This path takes GET, POST."


def test_a_body_without_its_type_says_which_to_send(client: httpx.Client) -> None:
    answer = client.post("/v1/notes", content=b'{"title": "a"}')
    ((pointer, _, message),) = told(answer, 422, "invalid")
    assert pointer == ""
    assert "Content-Type: application/json" in message


def test_broken_json_is_told_with_its_place(client: httpx.Client) -> None:
    answer = client.post("/v1/notes", content=b'{"title": nonsense}', headers=JSON)
    ((pointer, code, message),) = told(answer, 400, "malformed_json")
    assert (pointer, code) == ("", "json_invalid")
    assert "character 10" in message


def test_missing_and_unknown_fields_are_told_apart(client: httpx.Client) -> None:
    faults = told(client.post("/v1/notes", json={"titel": "a"}), 422, "invalid")
    assert [(pointer, code) for pointer, code, _ in faults] == [
        ("/title", "missing"),
        ("/titel", "extra_forbidden"),
    ]


def test_a_parameter_with_nul_is_refused(client: httpx.Client) -> None:
    faults = told(client.get("/v1/notes?title=a%00"), 422, "invalid")
    assert [(pointer, code) for pointer, code, _ in faults] == [("query:title", "nul")]


def test_a_parameter_that_would_be_ignored_is_refused(client: httpx.Client) -> None:
    faults = told(client.get("/v1/notes?colour=red&limit=1&limit=2"), 422, "invalid")
    assert [(pointer, code) for pointer, code, _ in faults] == [
        ("query:colour", "unknown_parameter"),
        ("query:limit", "repeated_parameter"),
    ]

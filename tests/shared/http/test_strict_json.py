"""Tests of the refusal of what Python accepts beyond JSON, such as a repeated name."""

import json
from collections.abc import Iterator
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Form
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter

from shared.errors import InvalidValue
from shared.http.routing import Router
from shared.http.strict_json import JsonPart, strict_loads
from tests.shared.http.conftest import RouterServer

TYPE = {"Content-Type": "application/json"}
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


class Sent(BaseModel):
    """A form with one field that contains JSON."""

    value: JsonPart[Any]


@pytest.fixture
def client(serve_router: RouterServer) -> Iterator[httpx.Client]:
    """Yield a client of a service that answers with the JSON that it got."""
    router = Router(prefix="echo", tag="echo", about="Answers with the JSON in the request.")

    @router.post("/body")
    def echo_body(body: dict[str, Any]) -> Any:
        return body

    @router.post("/form")
    def echo_form(form: Annotated[Sent, Form()]) -> Any:
        return form.value

    with serve_router(router) as client:
        yield client


@given(VALUES)
def test_json_with_unique_names_is_parsed_unchanged(value: Any) -> None:
    assert strict_loads(json.dumps(value)) == value


@pytest.mark.parametrize(
    "text",
    ['{"a": 1, "b": 2, "a": 1}', '[0, {"b": {"a": 1, "a": null}}]', '{"a": 1, "\\u0061": 2}'],
)
def test_a_name_that_occurs_twice_in_an_object_is_refused_at_any_depth(
    client: httpx.Client, text: str
) -> None:
    answer = client.post("/v1/echo/body", content=text, headers=TYPE)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
    message = "A name stands twice in one JSON object. Give `a` once."
    assert answer.json()["detail"] == message
    answer = client.post("/v1/echo/form", data={"value": text})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    (fault,) = answer.json()["errors"]
    assert (fault["pointer"], fault["code"]) == ("/value", "repeated_name")
    assert (fault["message"], fault["params"]) == (message, {"name": "a"})


def test_the_same_name_may_occur_in_different_objects(client: httpx.Client) -> None:
    body = {"a": {"a": [{"a": 1}, {"a": 1}]}}
    assert client.post("/v1/echo/body", json=body).json() == body
    assert client.post("/v1/echo/form", data={"value": json.dumps(body)}).json() == body


def test_the_error_shows_the_first_100_characters_of_the_repeated_name() -> None:
    text = '{"b": 0, "' + "x" * 101 + '": 0, "' + "x" * 101 + '": 0}'
    with pytest.raises(InvalidValue, match=f"Give `{'x' * 100}` once.") as refusal:
        strict_loads(text)
    assert refusal.value.fault.params == {"name": "x" * 100}


@pytest.mark.parametrize(
    ("text", "code", "params"),
    [
        ("{", "malformed_json", {"position": 1}),
        ('{"a": "\n"}', "malformed_json", {"position": 7}),
        ("[" * 100_000, "unreadable_json", {}),
        ("1" * 5_000, "unreadable_json", {}),
        ("NaN", "unreadable_json", {}),
        ('{"a": [-Infinity]}', "unreadable_json", {}),
    ],
)
def test_invalid_json_is_refused_in_a_body_with_400_and_in_a_form_with_422(
    client: httpx.Client, text: str, code: str, params: dict[str, int]
) -> None:
    answer = client.post("/v1/echo/body", content=text, headers=TYPE)
    (fault,) = answer.json()["errors"]
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_json")
    assert (fault["pointer"], fault["code"], fault["params"]) == ("", code, params)
    answer = client.post("/v1/echo/form", data={"value": text})
    (fault,) = answer.json()["errors"]
    assert (answer.status_code, fault["pointer"]) == (422, "/value")
    assert (fault["code"], fault["params"]) == (code, params)


@pytest.mark.parametrize("text", ["NaN", "[Infinity]", '{"a": -Infinity}'])
def test_the_advice_about_a_number_that_json_lacks_names_it(text: str) -> None:
    with pytest.raises(InvalidValue, match=r"^NaN and Infinity are no JSON; send a number or null"):
        strict_loads(text)


def test_json_in_utf_16_is_refused_and_a_byte_order_mark_of_utf_8_is_ignored(
    client: httpx.Client,
) -> None:
    refused = client.post("/v1/echo/body", content='{"a": 1}'.encode("utf-16"), headers=TYPE)
    (fault,) = refused.json()["errors"]
    assert (refused.status_code, fault["code"]) == (400, "unreadable_json")
    marked = client.post("/v1/echo/body", content=b"\xef\xbb\xbf" + b'{"a": 1}', headers=TYPE)
    assert marked.json() == {"a": 1}


@pytest.mark.parametrize(
    ("text", "pointers"),
    [
        (r'{"name": "\ud800"}', ["/name"]),
        (r'{"\uDFFF": 1}', [r"/\udfff"]),
        (r'{"a": [0, {"b/c": "x\udc00\ud83d"}], "d": "\udbff"}', ["/d", "/a/1/b~1c"]),
    ],
)
def test_half_of_a_surrogate_pair_is_refused_at_its_pointer(
    client: httpx.Client, text: str, pointers: list[str]
) -> None:
    answer = client.post("/v1/echo/body", content=text, headers=TYPE)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    found = [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]]
    assert found == [(pointer, "unreadable") for pointer in pointers]
    (fault,) = client.post("/v1/echo/form", data={"value": text}).json()["errors"]
    assert (fault["pointer"], fault["code"]) == ("/value", "unreadable")


def test_a_whole_surrogate_pair_is_one_character(client: httpx.Client) -> None:
    answer = client.post("/v1/echo/body", content=r'{"\ud83d\ude00": "\uD83D\uDE00"}', headers=TYPE)
    assert answer.json() == {"😀": "😀"}


def test_a_deep_body_with_half_of_a_surrogate_pair_is_refused(client: httpx.Client) -> None:
    text = '{"a": ' + "[" * 900 + r'"\ud800"' + "]" * 900 + "}"
    answer = client.post("/v1/echo/body", content=text, headers=TYPE)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"].startswith("/a/0/0")


def test_at_most_100_halves_of_surrogate_pairs_are_reported(client: httpx.Client) -> None:
    text = '{"a": [' + ", ".join([r'"\ud800"'] * 101) + "]}"
    answer = client.post("/v1/echo/body", content=text, headers=TYPE)
    assert len(answer.json()["errors"]) == 100


@pytest.mark.parametrize(
    "text",
    [
        '{"' + "n" * 900_000 + '": [' + ", ".join([r'"\ud800"'] * 100) + "]}",
        ('{"' + "n" * 100 + '": ') * 900 + "[" + r'"\ud800", ' * 99 + r'"\ud800"]' + "}" * 900,
    ],
    ids=["a long name", "many names"],
)
def test_the_refusal_of_a_body_with_long_names_is_small(client: httpx.Client, text: str) -> None:
    answer = client.post("/v1/echo/body", content=text, headers=TYPE)
    assert len(answer.json()["errors"]) == 100
    assert len(answer.content) < 1_000_000


def test_a_file_instead_of_a_json_field_is_refused(client: httpx.Client) -> None:
    answer = client.post("/v1/echo/form", files={"value": ("value.json", b"{}")})
    (fault,) = answer.json()["errors"]
    assert (answer.status_code, fault["pointer"], fault["code"]) == (422, "/value", "text_expected")


def test_the_schema_of_a_form_field_with_json_is_the_schema_of_its_object() -> None:
    assert TypeAdapter(JsonPart[dict[str, int]]).json_schema() == {
        "type": "object",
        "additionalProperties": {"type": "integer"},
    }

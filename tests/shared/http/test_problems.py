"""Tests of problems: each fault of a request has a pointer and a message that says what to do."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import httpx
import pytest
from fastapi import UploadFile

from shared.errors import MAX_FAULTS, Fault, Invalid
from shared.faults import NOT_ONE_OF, TOO_LONG
from shared.http.problems import problem_json
from shared.http.routing import Router
from shared.http.schemas import Body
from tests.shared.http.conftest import RouterServer


class Pen(Body):
    """A pen."""

    colour: str


JSON = {"Content-Type": "application/json"}


def faults_of(answer: httpx.Response, status: int, code: str) -> list[tuple[str, str, str]]:
    """Check the status and code of a problem; return pointer, code and message of each fault."""
    body: dict[str, Any] = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, body["status"], body["code"]) == (status, status, code)
    return [(fault["pointer"], fault["code"], fault["message"]) for fault in body["errors"]]


@pytest.mark.parametrize("method", ["DELETE", "PUT", "PATCH"])
def test_a_method_that_a_path_does_not_accept_is_refused_with_the_accepted_ones(
    client: httpx.Client, method: str
) -> None:
    answer = client.request(method, "/v1/notes")
    faults_of(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS, POST"
    assert answer.json()["detail"] == "This path takes GET, HEAD, OPTIONS, POST."


@pytest.mark.parametrize(
    "headers",
    [{}, *({"Content-Type": one} for one in ("", "text/plain", "application/jsonp", "a/b+json"))],
)
def test_a_body_of_another_content_type_is_refused_with_the_type_to_send(
    client: httpx.Client, headers: dict[str, str]
) -> None:
    answer = client.post("/v1/notes", content=b'{"title": "a"}', headers=headers)
    assert faults_of(answer, 415, "unsupported_media_type") == []
    assert answer.json()["detail"] == "Send Content-Type: application/json."


@pytest.mark.parametrize(
    "media_type", ["application/json; charset=utf-8", "Application/JSON", "application/a.b+json"]
)
def test_the_content_type_of_a_json_body_may_have_parameters_or_a_suffix(
    client: httpx.Client, media_type: str
) -> None:
    headers = {"Content-Type": media_type}
    answer = client.post("/v1/notes", content=b'{"title": "a"}', headers=headers)
    assert answer.status_code == 201


@pytest.mark.parametrize("encoding", ["gzip", "br", "gzip, br"])
def test_a_compressed_body_is_refused_with_what_to_do(client: httpx.Client, encoding: str) -> None:
    headers = JSON | {"Content-Encoding": encoding}
    answer = client.post("/v1/notes", content=b'{"title": "a"}', headers=headers)
    assert faults_of(answer, 415, "unsupported_media_type") == []
    assert answer.json()["detail"].startswith("Send the body uncompressed")
    assert answer.headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize("charset", ["utf-16", "GBK", '"gb18030"'])
def test_a_body_in_another_charset_than_utf8_is_refused(client: httpx.Client, charset: str) -> None:
    headers = {"Content-Type": f"application/json; charset={charset}"}
    answer = client.post("/v1/notes", content=b'{"title": "a"}', headers=headers)
    assert faults_of(answer, 415, "unsupported_media_type") == []
    assert "UTF-8" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("media_type", "status"),
    [
        ("application/json", 200),
        ("application/merge-patch+json; charset=utf-8", 200),
        ("application/json-patch+json", 415),
        ("application/vnd.notes+json", 415),
    ],
)
def test_a_patch_is_read_as_a_merge_patch_only(
    serve_router: RouterServer, media_type: str, status: int
) -> None:
    router = Router(prefix="pens", tag="pens", about="Pens.")

    @router.patch("/{pen}")
    def change_pen(pen: str, body: Pen) -> str:
        return f"{pen} {body.colour}"

    with serve_router(router) as client:
        sent = {"Content-Type": media_type}
        answer = client.patch("/v1/pens/1", content=b'{"colour": "red"}', headers=sent)
        assert answer.status_code == status


def test_a_streamed_body_needs_a_content_type_and_an_empty_one_does_not(
    client: httpx.Client,
) -> None:
    streamed = client.post("/v1/notes", content=iter([b"{}"]))
    faults_of(streamed, 415, "unsupported_media_type")
    empty = client.post("/v1/notes", headers={"Content-Type": "text/plain"})
    assert faults_of(empty, 422, "invalid") == [("", "missing", "This is needed.")]


def test_a_body_with_many_faults_is_answered_with_the_first_of_them(
    client: httpx.Client,
) -> None:
    body = {"title": "a"} | {f"n{number}": 1 for number in range(MAX_FAULTS + 1)}
    faults = faults_of(client.post("/v1/notes", json=body), 422, "invalid")
    assert [pointer for pointer, _, _ in faults] == [f"/n{number}" for number in range(MAX_FAULTS)]


def test_a_problem_has_the_first_faults() -> None:
    faults = [Fault(f"/{number}", TOO_LONG, max=number) for number in range(MAX_FAULTS + 1)]
    assert Invalid(*faults).faults == tuple(faults[:MAX_FAULTS])


def test_malformed_json_is_refused_with_the_position_of_the_error(client: httpx.Client) -> None:
    answer = client.post("/v1/notes", content=b'{"title": nonsense}', headers=JSON)
    ((pointer, code, message),) = faults_of(answer, 400, "malformed_json")
    assert (pointer, code) == ("", "malformed_json")
    assert message == "This is not JSON. Correct it at character 10."


def test_missing_and_unknown_fields_have_different_codes(client: httpx.Client) -> None:
    answer = client.post("/v1/notes", json={"titel": "a"})
    faults = faults_of(answer, 422, "invalid")
    assert answer.json()["detail"].startswith("Some of the input is not acceptable. Correct ")
    assert [(pointer, code) for pointer, code, _ in faults] == [
        ("/title", "missing"),
        ("/titel", "unknown_field"),
    ]


def test_a_query_parameter_with_a_nul_is_refused(client: httpx.Client) -> None:
    faults = faults_of(client.get("/v1/notes?title=a%00"), 422, "invalid")
    assert [(pointer, code) for pointer, code, _ in faults] == [("query:title", "nul")]


def test_an_unknown_or_repeated_query_parameter_is_refused(client: httpx.Client) -> None:
    faults = faults_of(client.get("/v1/notes?colour=red&limit=1&limit=2"), 422, "invalid")
    assert [(pointer, code) for pointer, code, _ in faults] == [
        ("query:colour", "unknown_parameter"),
        ("query:limit", "repeated_parameter"),
    ]


def test_a_body_that_is_not_utf_8_is_refused(client: httpx.Client) -> None:
    answer = client.post("/v1/notes", content=b'{"title": "\xff"}', headers=JSON)
    ((pointer, code, message),) = faults_of(answer, 400, "malformed_json")
    assert (pointer, code) == ("", "unreadable_json")
    assert "UTF-8" in message


class Note(Body):
    """An object inside the request body."""

    text: str


class Bag(Body):
    """A body with fields of all kinds."""

    counts: dict[str, list[int]] | None = None
    at: datetime | None = None
    day: date | None = None
    inner: Note | None = None


@pytest.fixture
def bags(serve_router: RouterServer) -> Iterator[httpx.Client]:
    """Yield a client of a service with a route for JSON and a route for files."""
    router = Router(prefix="bags", tag="bags", about="Bags.")

    @router.post("")
    def pack(bag: Bag) -> None:
        assert bag.counts is None

    @router.post("/files")
    def send(file: UploadFile) -> None:
        assert file.filename

    with serve_router(router) as client:
        yield client


@pytest.mark.parametrize(
    ("body", "pointer", "message"),
    [
        ({"counts": {"a/b~c": [1, "x"]}}, "/counts/a~1b~0c/1", "whole number"),
        ({"at": "never"}, "/at", "2026-01-31T09:30:00+08:00"),
        ({"day": "never"}, "/day", "2026-01-31"),
        ([], "", "Send a JSON object, with Content-Type: application/json."),
        ({"inner": "x"}, "/inner", "Give an object."),
        ({"inner": {}}, "/inner/text", "This is needed."),
    ],
)
def test_a_fault_of_a_body_has_a_pointer_and_advice_on_what_to_send(
    bags: httpx.Client, body: object, pointer: str, message: str
) -> None:
    ((where, _, advice),) = faults_of(bags.post("/v1/bags", json=body), 422, "invalid")
    assert where == pointer
    assert message in advice


def test_a_problem_can_name_a_field_with_a_lone_surrogate(bags: httpx.Client) -> None:
    """JSON can write one half of a surrogate pair, UTF-8 cannot."""
    answer = bags.post("/v1/bags", content=rb'{"\ud800": 1, "\ud800": 2}', headers=JSON)
    ((_, _, message),) = faults_of(answer, 400, "bad_request")
    assert message == r"A name stands twice in one JSON object. Give `\ud800` once."
    problem = Invalid(Fault("/a/\udfff", NOT_ONE_OF, "Not {allowed}.", allowed=["\udfff"]))
    body = json.loads(problem_json(problem))
    assert body["detail"] == r"Not \udfff."
    assert body["errors"] == [
        {
            "pointer": r"/a/\udfff",
            "code": "not_one_of",
            "params": {"allowed": [r"\udfff"]},
            "message": r"Not \udfff.",
        }
    ]


@pytest.mark.parametrize("body", [rb'{"\ud800": 1}', rb'{"counts": {"\udfff": ["x"]}}'])
def test_a_body_with_a_lone_surrogate_in_a_name_is_refused(bags: httpx.Client, body: bytes) -> None:
    assert len(faults_of(bags.post("/v1/bags", content=body, headers=JSON), 422, "invalid")) == 1


def test_a_text_instead_of_a_file_is_refused_with_advice_on_what_to_send(
    bags: httpx.Client,
) -> None:
    faults = faults_of(bags.post("/v1/bags/files", data={"file": "text"}), 422, "invalid")
    ((pointer, _, message),) = faults
    assert pointer == "/file"
    assert "multipart/form-data" in message


def test_the_pointer_of_a_fault_names_the_query_parameter_or_the_header(
    client: httpx.Client,
) -> None:
    faults = faults_of(client.get("/v1/notes?limit=0"), 422, "invalid")
    assert [pointer for pointer, _, _ in faults] == ["query:limit"]
    faults = faults_of(
        client.post("/v1/notes", json={"title": "a"}, headers={"Idempotency-Key": "a b"}),
        422,
        "invalid",
    )
    assert [pointer for pointer, _, _ in faults] == ["header:Idempotency-Key"]

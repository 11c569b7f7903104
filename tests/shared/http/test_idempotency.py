"""Tests of Idempotency-Key: one effect and one answer for each key."""

import hashlib
import json

import httpx
import pytest
from sqlalchemy import func, select

from shared.http.idempotency import Content
from shared.models import StoredAnswer
from tests.shared.backend import Backend
from tests.shared.http.conftest import Serving
from tests.shared.http.notes import Note

KEY = {"Idempotency-Key": "one"}


def test_a_retry_after_the_service_died_gets_the_same_answer(
    backend: Backend, serving: Serving
) -> None:
    with serving() as client:
        first = client.post("/v1/notes", json={"title": "a"}, headers=KEY)
    with serving() as client:
        again = client.post("/v1/notes", json={"title": "a"}, headers=KEY)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert (first.headers.get("Idempotent-Replayed"), again.headers["Idempotent-Replayed"]) == (
        None,
        "true",
    )
    with backend.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Note)) == 1


def test_an_error_response_is_not_stored_under_the_key(
    backend: Backend, client: httpx.Client
) -> None:
    """A corrected request with the same key is accepted."""
    for body in ({"title": "refused"}, {"title": ""}, {"colour": "red"}):
        assert client.post("/v1/notes", json=body, headers=KEY).status_code in {409, 422}
    with backend.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(StoredAnswer)) == 0
    assert client.post("/v1/notes", json={"title": "a"}, headers=KEY).status_code == 201


def test_an_idempotency_key_of_a_different_request_is_refused(client: httpx.Client) -> None:
    client.post("/v1/notes", json={"title": "a"}, headers=KEY)
    answer = client.post("/v1/notes", json={"title": "b"}, headers=KEY)
    assert (answer.status_code, answer.json()["code"]) == (422, "key_reused")
    (fault,) = answer.json()["errors"]
    assert (fault["pointer"], fault["code"]) == ("header:Idempotency-Key", "key_reused")


@pytest.mark.parametrize(
    "body",
    [
        b'{ "title":"a",  "reply_to": null }',
        b'{"reply_to":null,"title":"a"}',
        rb'{"title": "\u0061", "reply_to": null}',
    ],
)
def test_a_retry_may_write_the_same_json_in_another_way(client: httpx.Client, body: bytes) -> None:
    headers = KEY | {"Content-Type": "application/json"}
    first = client.post("/v1/notes", json={"title": "a", "reply_to": None}, headers=KEY)
    again = client.post("/v1/notes", content=body, headers=headers)
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"n": 1}, {"n": -1}),
        ({"n": 1}, {"n": 10}),
        ({"n": 2**53}, {"n": 2**53 + 1}),
        ({"n": 1}, {"n": True}),
        ({"n": 0}, {"n": False}),
        ({"n": "1"}, {"n": 1}),
        ({"n": [1, 2]}, {"n": [2, 1]}),
        ({"n": None}, {}),
    ],
)
def test_json_bodies_with_different_values_are_different_requests(
    one: object, other: object
) -> None:
    assert fingerprint(json.dumps(one)) != fingerprint(json.dumps(other))


@pytest.mark.parametrize(
    "numbers",
    [
        ["5", "5.0", "5e0", "5E+0", "50e-1", "0.5e1", "0.005e3"],
        ["0", "-0", "0.0", "0e7", "-0.00e-400"],
        ["0.1", "0.10", "1e-1"],
        ["-120", "-1.2e2", "-120.000"],
        ["1e400", "10e399", "1" + "0" * 400],
        ["12345678901234567890.1", "123456789012345678901e-1"],
        ["1e99999999999999999999", "10e99999999999999999998"],
    ],
)
def test_numbers_with_one_value_are_the_same_in_every_notation(numbers: list[str]) -> None:
    assert len({fingerprint(f'{{"n": [{number}]}}') for number in numbers}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("0.1", "0.1000000000000000055511151231257827"),
        ("1e400", "1e401"),
        ("1e-400", "0"),
        ("12345678901234567890.1", "12345678901234567890.2"),
        ("105", "15"),
        ("5", '["5", 0]'),
        ("5", '"5"'),
    ],
)
def test_numbers_are_compared_exactly(one: str, other: str) -> None:
    assert fingerprint(one) != fingerprint(other)


def fingerprint(body: str) -> str:
    """Return the digest by which a retry with this body is recognised."""
    return Content(b"POST /v1/notes", body.encode()).fingerprint("")


@pytest.mark.parametrize("body", [b"", b"not json", b'{"a": 1, "a": 1}', b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_json_is_compared_byte_by_byte(body: bytes) -> None:
    content = Content(b"POST /v1/notes", body)
    assert content.fingerprint("") == content.old_fingerprint
    assert content.fingerprint("form") != content.old_fingerprint


def test_a_retry_with_the_same_bytes_is_recognised_after_an_upgrade(
    backend: Backend, client: httpx.Client
) -> None:
    """The release before this one stored a digest of the bytes of the body."""
    body = b'{"title":  "a"}'
    old = hashlib.sha256(b"POST /v1/notes?\n" + body).hexdigest()
    headers = KEY | {"Content-Type": "application/json"}
    first = client.post("/v1/notes", content=body, headers=headers)
    with backend.database.transaction() as session:
        stored = session.scalars(select(StoredAnswer)).one()
        stored.fingerprint = hashlib.sha256(old.encode()).hexdigest()
    again = client.post("/v1/notes", content=body, headers=headers)
    assert (again.status_code, again.content) == (201, first.content)
    rewritten = client.post("/v1/notes", json={"title": "a"}, headers=KEY)
    assert (rewritten.status_code, rewritten.json()["code"]) == (422, "key_reused")


def test_a_retry_gets_the_headers_of_the_first_answer(client: httpx.Client) -> None:
    first, again = (client.post("/v1/notes", json={"title": "a"}, headers=KEY) for _ in range(2))
    for name in ("ETag", "Location", "Content-Type", "Content-Length"):
        assert again.headers[name] == first.headers[name]


def test_a_form_with_the_same_file_is_the_same_request(client: httpx.Client) -> None:
    """The boundary between the parts differs in each request and is not compared."""
    first, again, other = (
        client.post("/v1/notes/pictures", files={"picture": ("a.txt", content)}, headers=KEY)
        for content in (b"sun", b"sun", b"moon")
    )
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")


@pytest.mark.parametrize(
    ("media_type", "body"),
    [
        ("Multipart/Form-Data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="a"'),
        ("application/x-www-form-urlencoded", b"picture=sun"),
        ("Application/X-WWW-Form-Urlencoded; charset=utf-8", b"picture=sun"),
    ],
)
def test_a_form_with_a_key_is_answered_as_without_one(
    client: httpx.Client, media_type: str, body: bytes
) -> None:
    headers = {"Content-Type": media_type}
    without, with_key = (
        client.post("/v1/notes/pictures", content=body, headers=headers | key) for key in ({}, KEY)
    )
    assert with_key.status_code == without.status_code
    assert without.status_code in {201, 422}


def test_a_request_without_a_body_can_be_retried(client: httpx.Client) -> None:
    first, again = (client.post("/v1/notes/pictures", headers=KEY) for _ in range(2))
    assert (first.status_code, again.json()) == (201, first.json())


def test_a_repeated_idempotency_key_header_is_refused(
    backend: Backend, client: httpx.Client
) -> None:
    for other in ("one", "two"):
        headers = [("Idempotency-Key", "one"), ("idempotency-key", other)]
        answer = client.post("/v1/notes", json={"title": "a"}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
        (fault,) = answer.json()["errors"]
        assert (fault["pointer"], fault["code"]) == ("header:Idempotency-Key", "repeated")
    with backend.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Note)) == 0

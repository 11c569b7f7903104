"""Tests of invalid HTTP: it is answered with a 4xx problem or the connection is closed."""

import contextlib
import json
import random

import pytest

from tests.services.gateway.conftest import KEY, Gateway, read_to_end

BEARER = b"Authorization: Bearer " + KEY.encode() + b"\r\n"
INVALID_REQUESTS = {
    "empty lines": b"\r\n\r\n",
    "no HTTP": b"hello\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/0.9": b"GET /\r\n",
    "HTTP/9.9": b"GET / HTTP/9.9\r\n\r\n",
    "a bare line feed": b"GET / HTTP/1.1\nHost: x\n\n",
    "a folded header": b"GET / HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n",
    "a space before the colon": b"GET / HTTP/1.1\r\nHost : x\r\n\r\n",
    "NUL in a header": b"GET / HTTP/1.1\r\nHost: x\r\nX: a\x00b\r\n\r\n",
    "NUL in the path": b"GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
    "raw UTF-8 in the path": "GET /v1/张 HTTP/1.1\r\nHost: x\r\n\r\n".encode(),
    "two hosts": b"GET /v1/customers HTTP/1.1\r\nHost: x\r\nHost: y\r\n" + BEARER + b"\r\n",
    "two keys": b"GET /v1/customers HTTP/1.1\r\nHost: x\r\n" + BEARER + BEARER + b"\r\n",
    "a length that is not a number": b"POST /v1/customers HTTP/1.1\r\nHost: x\r\n"
    + BEARER
    + b"Content-Length: ten\r\n\r\n",
    "a negative length": b"POST /v1/customers HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    "a length that is too large": b"POST /v1/customers HTTP/1.1\r\nHost: x\r\n"
    + BEARER
    + b"Content-Length: 99999999999999999999999\r\n\r\n",
    "two lengths": b"POST /v1/customers HTTP/1.1\r\nHost: x\r\n"
    + BEARER
    + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nxy",
    "length and chunks": b"POST /v1/customers HTTP/1.1\r\nHost: x\r\n"
    + BEARER
    + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "an unknown coding": b"POST /v1/customers HTTP/1.1\r\nHost: x\r\n"
    + BEARER
    + b"Transfer-Encoding: gzip\r\n\r\n",
    "chunked twice": b"POST /v1/customers HTTP/1.1\r\nHost: x\r\n"
    + BEARER
    + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
    "a chunk without a size": b"POST /v1/customers HTTP/1.1\r\nHost: x\r\n"
    + BEARER
    + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    "an asterisk": b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
    "CONNECT": b"CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n",
    "a proxy's request": b"GET http://example.com/v1/customers HTTP/1.1\r\nHost: x\r\n\r\n",
    "another authority": b"GET //example.com/v1/customers HTTP/1.1\r\nHost: x\r\n\r\n",
}


def answer_to(gateway: Gateway, sent: bytes) -> bytes:
    """Return the first bytes of the answer; empty if the gateway closes or waits for more."""
    with gateway.connection() as connection, contextlib.suppress(ConnectionError):
        connection.settimeout(3)
        connection.sendall(sent)
        with contextlib.suppress(TimeoutError):
            return connection.recv(65536)
    return b""


@pytest.mark.parametrize("sent", INVALID_REQUESTS.values(), ids=INVALID_REQUESTS)
def test_invalid_http_gets_a_4xx_problem_or_no_answer(
    impatient_gateway: Gateway, sent: bytes
) -> None:
    received = answer_to(impatient_gateway, sent)
    if received:
        assert received.startswith(b"HTTP/1.1 4"), received
        assert b"application/problem+json" in received
    assert impatient_gateway.client.get("/v1/customers/1").status_code == 200


def test_a_query_that_is_not_encoded_is_a_400_that_shows_the_encoding(gateway: Gateway) -> None:
    """The answer has the id under which the refusal is logged."""
    request = "GET /v1/customers?q=苏 HTTP/1.1\r\nHost: x\r\n\r\n"
    head, _, body = gateway.exchange(request.encode()).partition(b"\r\n\r\n")
    problem = json.loads(body)
    assert (problem["status"], problem["code"]) == (400, "bad_request")
    assert "?q=%E8%8B%8F" in problem["detail"]
    assert f"X-Request-Id: {problem['request_id']}\r\n".encode() in head + b"\r\n"


def test_a_request_smuggled_in_a_body_is_not_executed(gateway: Gateway) -> None:
    smuggled = b"GET /v1/api-keys HTTP/1.1\r\nHost: x\r\n" + BEARER + b"\r\n"
    sent = (
        b"POST /v1/customers HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        + BEARER
        + b"Content-Length: %d\r\n\r\n" % len(smuggled)
        + smuggled
    )
    with gateway.connection() as connection:
        connection.sendall(sent)
        received = read_to_end(connection)
    assert received.count(b"HTTP/1.1 ") == 1
    assert b'"length":%d' % len(smuggled) in received


@pytest.mark.parametrize("following", [b" ", b"\x00\x01GARBAGE\r\n\r\n", b"\xff" * 5000])
def test_a_request_is_answered_although_invalid_bytes_come_after_it(
    gateway: Gateway, following: bytes
) -> None:
    sent = b"POST /v1/customers HTTP/1.1\r\nHost: x\r\n" + BEARER + b"Content-Length: 3\r\n\r\nabc"
    with gateway.connection() as connection:
        connection.sendall(sent + following)
        received = read_to_end(connection)
    assert received.startswith(b"HTTP/1.1 200 ")
    assert received.count(b"HTTP/1.1 ") == 1


def test_too_large_headers_are_refused_once_even_if_invalid_bytes_come_after_them(
    gateway: Gateway,
) -> None:
    with gateway.connection() as connection:
        connection.sendall(
            b"GET /livez HTTP/1.1\r\nX: " + b"x" * 30_000 + b"\r\n\r\n\x00\x01\r\n\r\n"
        )
        received = read_to_end(connection)
    assert received.startswith(b"HTTP/1.1 431 ")
    assert received.count(b"HTTP/1.1 ") == 1


def test_pipelined_requests_are_answered_in_order(gateway: Gateway) -> None:
    requests = [
        b"GET /v1/customers/%d HTTP/1.1\r\nHost: x\r\n" % number + BEARER + b"\r\n"
        for number in range(3)
    ]
    last = b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    with gateway.connection() as connection:
        connection.sendall(b"".join(requests) + last)
        received = read_to_end(connection)
    positions = [received.index(b'"/v1/customers/%d"' % number) for number in range(3)]
    assert positions == sorted(positions)
    assert received.endswith(b"ok")


def test_requests_with_random_bytes_cause_no_5xx_and_others_are_still_served(
    gateway: Gateway,
) -> None:
    randomness = random.Random(7)
    valid = (
        b"POST /v1/customers?q=1 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n" + BEARER + b"\r\nabc"
    )
    for _ in range(60):
        damaged = bytearray(valid)
        for _ in range(randomness.randint(1, 6)):
            damaged[randomness.randrange(len(damaged))] = randomness.randrange(256)
        with gateway.connection() as connection, contextlib.suppress(ConnectionError, TimeoutError):
            connection.settimeout(0.05)
            connection.sendall(bytes(damaged))
            received = connection.recv(65536)
            assert not received.startswith(b"HTTP/1.1 5"), damaged
    assert gateway.client.get("/v1/customers/1").status_code == 200

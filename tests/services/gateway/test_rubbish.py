"""Whatever bytes arrive, the answer is a 4xx problem or a closed line, and others are served on."""

import contextlib
import random

import pytest

from tests.services.gateway.conftest import KEY, Gateway, listen

BEARER = b"Authorization: Bearer " + KEY.encode() + b"\r\n"
RUBBISH = {
    "nothing": b"\r\n\r\n",
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
    "no length that is a number": b"POST /v1/customers HTTP/1.1\r\nHost: x\r\n"
    + BEARER
    + b"Content-Length: ten\r\n\r\n",
    "a negative length": b"POST /v1/customers HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    "a length beyond all numbers": b"POST /v1/customers HTTP/1.1\r\nHost: x\r\n"
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
    "a chunk of no size": b"POST /v1/customers HTTP/1.1\r\nHost: x\r\n"
    + BEARER
    + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    "an asterisk": b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
    "CONNECT": b"CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n",
    "a proxy's request": b"GET http://example.com/v1/customers HTTP/1.1\r\nHost: x\r\n\r\n",
    "another authority": b"GET //example.com/v1/customers HTTP/1.1\r\nHost: x\r\n\r\n",
}


def heard_after(gateway: Gateway, sent: bytes) -> bytes:
    with gateway.line() as line, contextlib.suppress(ConnectionError):
        line.settimeout(3)
        line.sendall(sent)
        with contextlib.suppress(TimeoutError):
            return line.recv(65536)
    return b""


@pytest.mark.parametrize("sent", RUBBISH.values(), ids=RUBBISH)
def test_rubbish_gets_a_clear_4xx_or_nothing(gateway: Gateway, sent: bytes) -> None:
    heard = heard_after(gateway, sent)
    if heard:
        assert heard.startswith(b"HTTP/1.1 4"), heard
        assert b"application/problem+json" in heard
    assert gateway.client.get("/v1/customers/1").status_code == 200


def test_a_body_smuggled_behind_a_length_is_not_a_second_request(gateway: Gateway) -> None:
    smuggled = b"GET /v1/api-keys HTTP/1.1\r\nHost: x\r\n" + BEARER + b"\r\n"
    sent = (
        b"POST /v1/customers HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        + BEARER
        + b"Content-Length: %d\r\n\r\n" % len(smuggled)
        + smuggled
    )
    with gateway.line() as line:
        line.sendall(sent)
        heard = listen(line)
    assert heard.count(b"HTTP/1.1 ") == 1
    assert b'"length":%d' % len(smuggled) in heard


@pytest.mark.parametrize("behind", [b" ", b"\x00\x01GARBAGE\r\n\r\n", b"\xff" * 5000])
def test_a_request_is_answered_though_rubbish_follows_it(gateway: Gateway, behind: bytes) -> None:
    sent = b"POST /v1/customers HTTP/1.1\r\nHost: x\r\n" + BEARER + b"Content-Length: 3\r\n\r\nabc"
    with gateway.line() as line:
        line.sendall(sent + behind)
        heard = listen(line)
    assert heard.startswith(b"HTTP/1.1 200 ")
    assert heard.count(b"HTTP/1.1 ") == 1


def test_headers_too_large_are_told_once_though_rubbish_follows(gateway: Gateway) -> None:
    with gateway.line() as line:
        line.sendall(b"GET /livez HTTP/1.1\r\nX: " + b"x" * 30_000 + b"\r\n\r\n\x00\x01\r\n\r\n")
        heard = listen(line)
    assert heard.startswith(b"HTTP/1.1 431 ")
    assert heard.count(b"HTTP/1.1 ") == 1


def test_pipelined_requests_are_answered_in_order(gateway: Gateway) -> None:
    asked = [
        b"GET /v1/customers/%d HTTP/1.1\r\nHost: x\r\n" % number + BEARER + b"\r\n"
        for number in range(3)
    ]
    last = b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    with gateway.line() as line:
        line.sendall(b"".join(asked) + last)
        heard = listen(line)
    places = [heard.index(b'"/v1/customers/%d"' % number) for number in range(3)]
    assert places == sorted(places)
    assert heard.endswith(b"ok")


def test_random_bytes_break_nothing(gateway: Gateway) -> None:
    dice = random.Random(7)
    whole = (
        b"POST /v1/customers?q=1 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n" + BEARER + b"\r\nabc"
    )
    for _ in range(60):
        spoilt = bytearray(whole)
        for _ in range(dice.randint(1, 6)):
            spoilt[dice.randrange(len(spoilt))] = dice.randrange(256)
        with gateway.line() as line, contextlib.suppress(ConnectionError, TimeoutError):
            line.settimeout(0.05)
            line.sendall(bytes(spoilt))
            heard = line.recv(65536)
            assert not heard.startswith(b"HTTP/1.1 5"), spoilt
    assert gateway.client.get("/v1/customers/1").status_code == 200

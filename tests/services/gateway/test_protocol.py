"""Tests of valid HTTP that other servers read differently: upgrades, codings and trailers."""

import json
import re

import pytest

from tests.services.gateway.conftest import KEY, Gateway, read_to_end

AUTHORIZED = b"Host: x\r\nAuthorization: Bearer " + KEY.encode() + b"\r\n"
UPGRADE = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"
LAST = b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


def answers_to(gateway: Gateway, *pieces: bytes) -> list[bytes]:
    """Send pieces of requests, of which the last closes the connection, and return the answers."""
    with gateway.connection() as connection:
        for piece in pieces:
            connection.sendall(piece)
        received = read_to_end(connection)
    assert received.startswith(b"HTTP/1.1 ")
    return re.split(rb"HTTP/1\.1 (?=[0-9]{3} )", received)[1:]


def echoed(answer: bytes) -> dict[str, object]:
    """Return the request as the service got it, from its echo."""
    body: dict[str, object] = json.loads(answer.partition(b"\r\n\r\n")[2])
    return body


@pytest.mark.parametrize("protocol", [b"h2c", b"websocket", b"TLS/1.0, HTTP/2.0"])
def test_a_request_for_an_upgrade_is_answered_in_http_1_1(
    gateway: Gateway, protocol: bytes
) -> None:
    upgrade = b"Connection: Upgrade\r\nUpgrade: " + protocol + b"\r\n"
    first, last = answers_to(
        gateway, b"GET /v1/customers/1 HTTP/1.1\r\n" + AUTHORIZED + upgrade + b"\r\n", LAST
    )
    assert first.startswith(b"200 ")
    assert last.endswith(b"ok")


@pytest.mark.parametrize(
    "body",
    [b"Content-Length: 3\r\n\r\nabc", b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"],
    ids=["length", "chunked"],
)
@pytest.mark.parametrize("is_split", [True, False])
def test_the_body_of_a_request_for_an_upgrade_reaches_the_service(
    gateway: Gateway, body: bytes, *, is_split: bool
) -> None:
    sent = b"POST /v1/customers HTTP/1.1\r\n" + AUTHORIZED + UPGRADE + body
    pieces = [bytes([byte]) for byte in sent] if is_split else [sent + LAST]
    first, last = answers_to(gateway, *pieces, LAST if is_split else b"")
    assert echoed(first)["length"] == 3
    assert last.endswith(b"ok")


def test_a_request_smuggled_in_the_body_of_an_upgrade_is_not_executed(gateway: Gateway) -> None:
    smuggled = b"GET /v1/api-keys HTTP/1.1\r\n" + AUTHORIZED + b"\r\n"
    first, last = answers_to(
        gateway,
        b"POST /v1/customers HTTP/1.1\r\n" + AUTHORIZED + UPGRADE,
        b"Content-Length: %d\r\n\r\n" % len(smuggled) + smuggled + LAST,
    )
    assert echoed(first)["length"] == len(smuggled)
    assert last.endswith(b"ok")


def test_the_service_gets_no_header_of_an_upgrade(gateway: Gateway) -> None:
    twice = b"Connection: X-Hop\r\nConnection: close\r\nX-Hop: 1\r\n"
    (answer,) = answers_to(
        gateway, b"GET /v1/customers/1 HTTP/1.1\r\n" + AUTHORIZED + UPGRADE + twice + b"\r\n"
    )
    names = {name for name, _ in dict(echoed(answer))["headers"]}  # type: ignore[attr-defined]
    assert not names & {"connection", "upgrade", "http2-settings", "x-hop"}


@pytest.mark.parametrize(
    "request_line", [b"POST /v1/customers HTTP/1.1", b"CONNECT /livez HTTP/1.1"]
)
def test_headers_of_an_upgrade_that_are_refused_are_refused_once(
    gateway: Gateway, request_line: bytes
) -> None:
    large = b"X: " + b"x" * 17_000 + b"\r\n"
    (answer,) = answers_to(gateway, request_line + b"\r\n" + UPGRADE + large + b"\r\n" + LAST)
    assert answer.startswith(b"431 ")


def test_an_upgrade_in_another_protocol_is_refused(
    gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    sent = b"DESCRIBE /v1/customers RTSP/1.0\r\n" + AUTHORIZED + UPGRADE + b"\r\n"
    (answer,) = answers_to(gateway, sent)
    assert answer.startswith(b"400 ")
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


@pytest.mark.parametrize(
    "headers",
    [
        b"HTTP/1.1\r\nTransfer-Encoding: gzip, chunked",
        b"HTTP/1.1\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: chunked",
        b"HTTP/1.1\r\nTransfer-Encoding: gzip",
        b"HTTP/1.1\r\nTransfer-Encoding: chunked, gzip",
        b"HTTP/1.0\r\nTransfer-Encoding: chunked",
    ],
)
def test_a_coding_that_is_not_chunked_is_refused_and_the_connection_closed(
    gateway: Gateway, headers: bytes
) -> None:
    body = b"3\r\nabc\r\n0\r\n\r\n"
    (answer,) = answers_to(
        gateway, b"POST /v1/customers " + headers + b"\r\n" + AUTHORIZED + b"\r\n" + body + LAST
    )
    assert answer.startswith(b"400 ")
    assert "Transfer-Encoding: chunked alone" in str(echoed(answer)["detail"])


def test_a_coding_is_recognised_in_capital_letters(gateway: Gateway) -> None:
    coding = b"Transfer-Encoding: Chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
    first, _ = answers_to(gateway, b"POST /v1/customers HTTP/1.1\r\n" + AUTHORIZED + coding + LAST)
    assert echoed(first)["length"] == 3


def test_what_comes_after_a_body_in_chunks_is_no_header(gateway: Gateway) -> None:
    chunks = b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Trailer: 1\r\n\r\n"
    first, _ = answers_to(gateway, b"POST /v1/customers HTTP/1.1\r\n" + AUTHORIZED + chunks + LAST)
    assert b"x-trailer" not in first


@pytest.mark.parametrize(
    ("sent", "advice"),
    [
        (b"FOO /v1/customers HTTP/1.1\r\n", "The method is unknown"),
        (b"get /v1/customers HTTP/1.1\r\n", "capital letters"),
        (b"DESCRIBE /v1/customers HTTP/1.1\r\n", "The method is unknown"),
        (b"CONNECT a.example:443 HTTP/1.1\r\n", "no proxy"),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n", "Speak HTTP/1.1"),
        (b"GET /livez HTTP/9.9\r\n", "Speak HTTP/1.1"),
        (
            b"POST /s/x HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n",
            "one header Content-",
        ),
        (b"POST /s/x HTTP/1.1\r\nContent-Length: ten\r\n", "a whole number"),
        (
            b"POST /s/x HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n",
            "The length of the body is not clear",
        ),
        (b"GET /livez HTTP/1.1\r\nHost : x\r\n", "Write each on one line"),
        (b"GET /livez HTTP/1.1\r\nX: a\x00b\r\n", "without control characters"),
        (b"GET /v1/customers?q=a b HTTP/1.1\r\n", "Percent-encode the path and the query"),
        (b"GET livez HTTP/1.1\r\n", "Percent-encode the path and the query"),
        (b"GET /livez HTTP/1.1\nHost: x\n", "as RFC 9112 describes"),
    ],
)
def test_the_answer_to_invalid_http_names_what_to_write_instead(
    gateway: Gateway, sent: bytes, advice: str
) -> None:
    (answer,) = answers_to(gateway, sent + b"\r\n")
    assert answer.startswith(b"400 ")
    assert advice in str(echoed(answer)["detail"])

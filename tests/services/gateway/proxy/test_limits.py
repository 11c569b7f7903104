"""Tests of the limits on bodies, headers, uploads and waiting."""

import socket
from collections.abc import Iterator
from contextlib import suppress
from threading import Event

import httpx
import pytest

from tests.services.gateway.conftest import KEY, Gateway, read_to_end, served_like

AUTHORIZED = b"Host: x\r\nAuthorization: Bearer " + KEY.encode() + b"\r\n"
MEBIBYTE = 1024 * 1024


def assert_problem(answer: httpx.Response, status: int, code: str) -> None:
    """Assert that an answer is a problem with this status and code."""
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == code
    assert answer.json()["request_id"] == answer.headers["X-Request-Id"]


def send_pieces(connection: socket.socket, mebibytes: int) -> None:
    """Send chunks (`Transfer-Encoding: chunked`) of one mebibyte each."""
    for _ in range(mebibytes):
        connection.sendall(b"100000\r\n" + b"x" * MEBIBYTE + b"\r\n")


def happens_soon(event: Event) -> bool:
    """Wait until an event has happened, and return whether it has within 30 seconds."""
    return event.wait(30)


@pytest.mark.parametrize("excess", [1, 9 * MEBIBYTE])
def test_a_body_with_too_large_a_content_length_is_refused(gateway: Gateway, excess: int) -> None:
    answer = gateway.client.post("/v1/customers", content=b"x" * (MEBIBYTE + excess))
    assert_problem(answer, 413, "too_large")


@pytest.mark.parametrize("path", ["/s/x/imports", "/v1/customers/imports", "/v1/imports/1/imports"])
@pytest.mark.parametrize("is_known", [True, False])
def test_a_path_that_only_looks_like_an_import_takes_no_large_body(
    gateway: Gateway, path: str, *, is_known: bool
) -> None:
    headers = {} if is_known else {"Authorization": "Bearer wrong"}
    answer = gateway.client.post(path, content=b"x" * 3 * MEBIBYTE, headers=headers)
    if is_known or path.startswith("/s/"):
        assert_problem(answer, 413, "too_large")
    else:
        assert_problem(answer, 401, "unauthorized")
    assert "RateLimit" not in answer.headers


def test_an_import_without_a_valid_key_is_refused_before_its_file_is_read(gateway: Gateway) -> None:
    content = b"x" * 3 * MEBIBYTE
    answer = httpx.post(f"{gateway.url}/v1/imports", content=content)
    assert_problem(answer, 401, "unauthorized")
    assert "RateLimit" not in answer.headers


def test_a_body_of_exactly_the_limit_is_accepted(gateway: Gateway) -> None:
    answer = gateway.client.post("/v1/customers", content=b"x" * MEBIBYTE)
    assert answer.json()["length"] == MEBIBYTE


def test_a_too_large_body_without_content_length_is_refused(gateway: Gateway) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(80):
            yield b"x" * 65536

    answer = gateway.client.post("/v1/customers", content=pieces())
    assert_problem(answer, 413, "too_large")


def test_the_gateways_own_routes_refuse_a_too_large_body(gateway: Gateway) -> None:
    answer = gateway.client.post("/v1/api-keys", content=b"x" * (MEBIBYTE + 1))
    assert_problem(answer, 413, "too_large")


def test_a_body_that_never_ends_is_cut_off(gateway: Gateway) -> None:
    with gateway.connection() as connection:
        connection.sendall(
            b"POST /v1/customers HTTP/1.1\r\n" + AUTHORIZED + b"Transfer-Encoding: chunked\r\n\r\n"
        )
        with pytest.raises(ConnectionError):
            send_pieces(connection, 200)


def test_a_body_that_stops_arriving_is_a_408(impatient_gateway: Gateway) -> None:
    with impatient_gateway.connection() as connection:
        connection.sendall(
            b"POST /v1/customers HTTP/1.1\r\n" + AUTHORIZED + b"Content-Length: 9\r\n\r\nx"
        )
        received = read_to_end(connection)
    assert received.startswith(b"HTTP/1.1 408 ")
    assert b"too_slow" in received


@pytest.mark.parametrize("path", [b"/v1/customers", b"/v1/imports"])
def test_a_body_that_arrives_too_slowly_is_a_408(impatient_gateway: Gateway, path: bytes) -> None:
    with impatient_gateway.connection() as connection:
        connection.sendall(
            b"POST " + path + b" HTTP/1.1\r\n" + AUTHORIZED + b"Content-Length: 99999\r\n\r\n"
        )
        connection.settimeout(0.1)
        received = b""
        for _ in range(200):
            connection.sendall(b"x")
            with suppress(TimeoutError):
                received = connection.recv(4096)
                break
    assert received.startswith(b"HTTP/1.1 408 ")


def test_a_file_that_stops_arriving_is_a_408_and_the_service_discards_it(
    impatient_gateway: Gateway,
) -> None:
    impatient_gateway.upstream.broken_uploads.clear()
    with impatient_gateway.connection() as connection:
        connection.sendall(
            b"POST /v1/imports HTTP/1.1\r\n" + AUTHORIZED + b"Content-Length: 9\r\n\r\nx"
        )
        received = read_to_end(connection)
    assert received.startswith(b"HTTP/1.1 408 ")
    assert happens_soon(impatient_gateway.upstream.broken_uploads)


def test_an_upload_ends_at_the_service_when_the_caller_disconnects(gateway: Gateway) -> None:
    gateway.upstream.has_begun.clear()
    gateway.upstream.broken_uploads.clear()
    with gateway.connection() as connection:
        connection.sendall(
            b"POST /v1/imports HTTP/1.1\r\n" + AUTHORIZED + b"Content-Length: 9\r\n\r\nx"
        )
        assert happens_soon(gateway.upstream.has_begun)
    assert happens_soon(gateway.upstream.broken_uploads)


def test_a_request_ends_at_the_service_when_the_caller_disconnects(gateway: Gateway) -> None:
    gateway.upstream.has_begun.clear()
    gateway.upstream.cancelled.clear()
    with gateway.connection() as connection:
        connection.sendall(b"GET /v1/customers/slow HTTP/1.1\r\n" + AUTHORIZED + b"\r\n")
        assert happens_soon(gateway.upstream.has_begun)
    assert happens_soon(gateway.upstream.cancelled)


def test_a_file_above_the_quota_is_refused_by_its_content_length_or_while_it_arrives(
    gateway: Gateway,
) -> None:
    created = gateway.client.post(
        "/v1/api-keys", json={"name": "loader", "scopes": ["write"]}
    ).json()
    loader = {"Authorization": f"Bearer {created['key']}"}
    with gateway.connection() as connection:
        connection.sendall(
            b"POST /v1/imports HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n"
            b"Authorization: Bearer " + created["key"].encode() + b"\r\n\r\n"
        )
        assert connection.recv(1000).startswith(b"HTTP/1.1 429 ")

    def pieces() -> Iterator[bytes]:
        for _ in range(70):
            yield b"x" * MEBIBYTE

    counted = gateway.client.post("/v1/imports", headers=loader, content=pieces())
    assert_problem(counted, 429, "quota_reached")
    assert int(counted.headers["Retry-After"]) > 3000
    assert gateway.upstream.received <= 64 * MEBIBYTE
    assert counted.headers["RateLimit"].startswith('"upload-bytes";r=0;t=')
    assert counted.headers["RateLimit-Policy"].startswith(f'"upload-bytes";q={64 * MEBIBYTE};')


def test_the_answer_of_a_service_that_refuses_a_file_early_is_returned(gateway: Gateway) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(20):
            yield b"x" * MEBIBYTE

    answer = gateway.client.post("/v1/imports", content=pieces(), headers={"X-Refuse": "1"})
    assert answer.status_code == 422


def test_a_service_that_does_not_answer_is_a_504(gateway: Gateway) -> None:
    with served_like(gateway, upstream_seconds=1.0) as impatient:
        answer = impatient.client.get("/v1/customers/slow")
    assert_problem(answer, 504, "gateway_timeout")
    assert answer.headers["Retry-After"] == "2"


def test_an_unreachable_service_is_a_503(gateway: Gateway) -> None:
    answer = gateway.client.get("/v1/scores/1")
    assert_problem(answer, 503, "unavailable")
    assert answer.headers["Retry-After"] == "2"


def test_a_service_that_breaks_off_a_small_answer_is_a_502(gateway: Gateway) -> None:
    answer = gateway.client.get("/v1/customers/break-small")
    assert_problem(answer, 502, "bad_gateway")


def test_a_large_answer_that_a_service_breaks_off_is_left_unfinished(gateway: Gateway) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        gateway.client.get("/v1/customers/break-large")


def test_a_too_large_header_is_refused(gateway: Gateway) -> None:
    received = gateway.exchange(b"GET /livez HTTP/1.1\r\nX: " + b"x" * 17000 + b"\r\n\r\n")
    assert received.startswith(b"HTTP/1.1 431 ")
    assert b"headers_too_large" in received


def test_many_small_headers_that_are_too_large_together_are_refused(gateway: Gateway) -> None:
    received = gateway.exchange(b"GET /livez HTTP/1.1\r\n" + b"x: y\r\n" * 4000 + b"\r\n")
    assert received.startswith(b"HTTP/1.1 431 ")


def test_a_header_that_never_ends_is_refused(gateway: Gateway) -> None:
    with gateway.connection() as connection:
        connection.sendall(b"GET /livez HTTP/1.1\r\nX: ")
        for _ in range(40):
            connection.sendall(b"x" * 1000)
        assert connection.recv(100).startswith(b"HTTP/1.1 431 ")


def test_headers_that_arrive_too_slowly_are_a_408(impatient_gateway: Gateway) -> None:
    with impatient_gateway.connection() as connection:
        connection.sendall(b"GET /livez HTTP/1.1\r\nX")
        assert read_to_end(connection).startswith(b"HTTP/1.1 408 ")


def connection_after_one_answer(gateway: Gateway) -> socket.socket:
    """Return a connection on which the gateway has answered one request and awaits the next."""
    connection = socket.create_connection(address_of(gateway), 30)
    connection.sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
    received = b""
    while not received.endswith(b"\r\n\r\nok"):
        received += connection.recv(4096)
    return connection


def test_slow_headers_of_a_second_request_on_a_connection_are_a_408(
    impatient_gateway: Gateway,
) -> None:
    with connection_after_one_answer(impatient_gateway) as connection:
        connection.sendall(b"GET /livez HTTP/1.1\r\nX")
        assert read_to_end(connection).startswith(b"HTTP/1.1 408 ")


def test_endless_headers_of_a_second_request_on_a_connection_are_a_431(gateway: Gateway) -> None:
    with connection_after_one_answer(gateway) as connection:
        connection.sendall(b"GET /livez HTTP/1.1\r\nX: " + b"x" * 40_000)
        assert connection.recv(100).startswith(b"HTTP/1.1 431 ")


def test_a_silent_connection_is_closed(impatient_gateway: Gateway) -> None:
    with impatient_gateway.connection() as connection:
        assert read_to_end(connection) == b""


def test_a_path_that_is_too_long_is_refused(gateway: Gateway) -> None:
    answer = gateway.client.get("/v1/customers/" + "x" * 9000)
    assert_problem(answer, 400, "bad_request")


def test_connections_with_incomplete_headers_do_not_delay_other_requests(gateway: Gateway) -> None:
    connections = [socket.create_connection(address_of(gateway), 30) for _ in range(20)]
    try:
        for connection in connections:
            connection.sendall(b"GET /livez HT")
        assert gateway.client.get("/v1/customers/1").status_code == 200
    finally:
        for connection in connections:
            connection.close()


def address_of(gateway: Gateway) -> tuple[str, int]:
    """Return the host and port of the gateway."""
    url = httpx.URL(gateway.url)
    return url.host, url.port or 80

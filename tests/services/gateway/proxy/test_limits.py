"""Nobody fills our memory, holds our connections or waits for ever."""

import socket
from collections.abc import Iterator
from contextlib import suppress
from threading import Event

import httpx
import pytest

from tests.services.gateway.conftest import KEY, Gateway, listen

AUTHORIZED = b"Host: x\r\nAuthorization: Bearer " + KEY.encode() + b"\r\n"
MEBIBYTE = 1024 * 1024


def assert_problem(answer: httpx.Response, status: int, code: str) -> None:
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == code
    assert answer.json()["request_id"] == answer.headers["X-Request-Id"]


def send_pieces(line: socket.socket, mebibytes: int) -> None:
    for _ in range(mebibytes):
        line.sendall(b"100000\r\n" + b"x" * MEBIBYTE + b"\r\n")


def until(happened: Event) -> bool:
    return happened.wait(5)


@pytest.mark.parametrize("excess", [1, 9 * MEBIBYTE])
def test_a_body_that_states_too_much_is_refused(gateway: Gateway, excess: int) -> None:
    answer = gateway.client.post("/v1/customers", content=b"x" * (MEBIBYTE + excess))
    assert_problem(answer, 413, "too_large")


def test_a_body_of_the_limit_is_taken(gateway: Gateway) -> None:
    answer = gateway.client.post("/v1/customers", content=b"x" * MEBIBYTE)
    assert answer.json()["length"] == MEBIBYTE


def test_a_body_without_length_is_counted_as_it_comes(gateway: Gateway) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(80):
            yield b"x" * 65536

    answer = gateway.client.post("/v1/customers", content=pieces())
    assert_problem(answer, 413, "too_large")


def test_our_own_routes_have_the_same_limit(gateway: Gateway) -> None:
    answer = gateway.client.post("/v1/api-keys", content=b"x" * (MEBIBYTE + 1))
    assert_problem(answer, 413, "too_large")


def test_a_body_that_never_ends_is_cut_off(gateway: Gateway) -> None:
    with gateway.line() as line:
        line.sendall(
            b"POST /v1/customers HTTP/1.1\r\n" + AUTHORIZED + b"Transfer-Encoding: chunked\r\n\r\n"
        )
        with pytest.raises(ConnectionError):
            send_pieces(line, 200)


def test_a_body_that_stops_is_told_so(gateway: Gateway) -> None:
    with gateway.line() as line:
        line.sendall(
            b"POST /v1/customers HTTP/1.1\r\n" + AUTHORIZED + b"Content-Length: 9\r\n\r\nx"
        )
        heard = listen(line)
    assert heard.startswith(b"HTTP/1.1 408 ")
    assert b"too_slow" in heard


@pytest.mark.parametrize("path", [b"/v1/customers", b"/v1/imports"])
def test_a_body_that_trickles_is_cut_off(gateway: Gateway, path: bytes) -> None:
    with gateway.line() as line:
        line.sendall(
            b"POST " + path + b" HTTP/1.1\r\n" + AUTHORIZED + b"Content-Length: 99999\r\n\r\n"
        )
        line.settimeout(0.1)
        heard = b""
        for _ in range(200):
            line.sendall(b"x")
            with suppress(TimeoutError):
                heard = line.recv(4096)
                break
    assert heard.startswith(b"HTTP/1.1 408 ")


def test_a_file_that_stops_is_told_so_and_the_service_drops_it(gateway: Gateway) -> None:
    gateway.upstream.broken_uploads.clear()
    with gateway.line() as line:
        line.sendall(b"POST /v1/imports HTTP/1.1\r\n" + AUTHORIZED + b"Content-Length: 9\r\n\r\nx")
        heard = listen(line)
    assert heard.startswith(b"HTTP/1.1 408 ")
    assert until(gateway.upstream.broken_uploads)


def test_a_caller_who_leaves_an_upload_ends_it_at_the_service(gateway: Gateway) -> None:
    gateway.upstream.begun.clear()
    gateway.upstream.broken_uploads.clear()
    with gateway.line() as line:
        line.sendall(b"POST /v1/imports HTTP/1.1\r\n" + AUTHORIZED + b"Content-Length: 9\r\n\r\nx")
        assert until(gateway.upstream.begun)
    assert until(gateway.upstream.broken_uploads)


def test_a_caller_who_leaves_ends_the_request_at_the_service(gateway: Gateway) -> None:
    gateway.upstream.begun.clear()
    gateway.upstream.cancelled.clear()
    with gateway.line() as line:
        line.sendall(b"GET /v1/customers/slow HTTP/1.1\r\n" + AUTHORIZED + b"\r\n")
        assert until(gateway.upstream.begun)
    assert until(gateway.upstream.cancelled)


def test_the_quota_of_files_holds_whether_stated_or_counted(gateway: Gateway) -> None:
    made = gateway.client.post("/v1/api-keys", json={"name": "loader", "scopes": ["write"]}).json()
    loader = {"Authorization": f"Bearer {made['key']}"}
    with gateway.line() as line:
        line.sendall(
            b"POST /v1/imports HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n"
            b"Authorization: Bearer " + made["key"].encode() + b"\r\n\r\n"
        )
        assert line.recv(1000).startswith(b"HTTP/1.1 429 ")

    def pieces() -> Iterator[bytes]:
        for _ in range(70):
            yield b"x" * MEBIBYTE

    counted = gateway.client.post("/v1/imports", headers=loader, content=pieces())
    assert_problem(counted, 429, "quota_reached")
    assert int(counted.headers["Retry-After"]) > 3000
    assert gateway.upstream.received <= 64 * MEBIBYTE


def test_a_service_that_refuses_a_file_early_is_heard(gateway: Gateway) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(20):
            yield b"x" * MEBIBYTE

    answer = gateway.client.post("/v1/imports", content=pieces(), headers={"X-Refuse": "1"})
    assert answer.status_code == 422


def test_a_silent_service_is_a_504(gateway: Gateway) -> None:
    answer = gateway.client.get("/v1/customers/slow")
    assert_problem(answer, 504, "gateway_timeout")
    assert answer.headers["Retry-After"] == "2"


def test_a_service_that_is_down_is_a_503(gateway: Gateway) -> None:
    answer = gateway.client.get("/v1/scores/1")
    assert_problem(answer, 503, "unavailable")
    assert answer.headers["Retry-After"] == "2"


def test_a_service_that_breaks_off_early_is_a_502(gateway: Gateway) -> None:
    answer = gateway.client.get("/v1/customers/break-small")
    assert_problem(answer, 502, "bad_gateway")


def test_a_service_that_breaks_off_late_breaks_our_answer_too(gateway: Gateway) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        gateway.client.get("/v1/customers/break-large")


def test_headers_too_large_are_refused(gateway: Gateway) -> None:
    heard = gateway.say(b"GET /livez HTTP/1.1\r\nX: " + b"x" * 17000 + b"\r\n\r\n")
    assert heard.startswith(b"HTTP/1.1 431 ")
    assert b"headers_too_large" in heard


def test_many_small_headers_are_refused_too(gateway: Gateway) -> None:
    heard = gateway.say(b"GET /livez HTTP/1.1\r\n" + b"x: y\r\n" * 4000 + b"\r\n")
    assert heard.startswith(b"HTTP/1.1 431 ")


def test_a_header_without_end_is_cut_off(gateway: Gateway) -> None:
    with gateway.line() as line:
        line.sendall(b"GET /livez HTTP/1.1\r\nX: ")
        for _ in range(40):
            line.sendall(b"x" * 1000)
        assert line.recv(100).startswith(b"HTTP/1.1 431 ")


def test_headers_that_trickle_are_cut_off(gateway: Gateway) -> None:
    with gateway.line() as line:  # which waits 10 seconds for an answer, no longer
        line.sendall(b"GET /livez HTTP/1.1\r\nX")
        assert listen(line).startswith(b"HTTP/1.1 408 ")


def test_a_silent_connection_is_closed(gateway: Gateway) -> None:
    with gateway.line() as line:
        assert listen(line) == b""


def test_a_path_too_long_is_refused(gateway: Gateway) -> None:
    answer = gateway.client.get("/v1/customers/" + "x" * 9000)
    assert_problem(answer, 400, "bad_request")


def test_a_slow_reader_of_headers_does_not_stop_others(gateway: Gateway) -> None:
    lines = [socket.create_connection(_place(gateway), 5) for _ in range(20)]
    try:
        for line in lines:
            line.sendall(b"GET /livez HT")
        assert gateway.client.get("/v1/customers/1").status_code == 200
    finally:
        for line in lines:
            line.close()


def _place(gateway: Gateway) -> tuple[str, int]:
    url = httpx.URL(gateway.url)
    return url.host, url.port or 80

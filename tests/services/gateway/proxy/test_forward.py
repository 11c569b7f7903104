"""Tests of forwarding: requests reach the service, and its answers reach the caller."""

import asyncio
import hashlib
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from starlette.types import Message

from services.gateway.admission import RESPONDENT
from services.gateway.api_key.domain import ADMINISTRATOR
from services.gateway.identity.keys import ensure_key_pair
from services.gateway.identity.signer import Signer
from services.gateway.proxy.forward import Forwarder, Limits
from services.gateway.proxy.quota import Quota
from services.gateway.proxy.upstream import Upstream as Connections
from shared.http.paths import Paths
from tests.services.gateway.conftest import KEY, Gateway
from tests.services.gateway.upstream import Upstream
from tests.serving import serve

SCOPE = {
    "type": "http",
    "method": "POST",
    "scheme": "http",
    "client": ("127.0.0.1", 1),
    "path": "/v1/customers",
    "raw_path": b"/v1/customers",
    "query_string": b"",
    "headers": [(b"host", b"x"), (b"content-length", b"2")],
}


def headers_of(answer: httpx.Response) -> dict[str, str]:
    """Return the request headers that the service got, from its echo of the request."""
    return dict(answer.json()["headers"])


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_the_service_gets_the_method_path_query_and_body_as_sent(
    gateway: Gateway, method: str
) -> None:
    path = "/v1/customers/%E5%BC%A0?q=%E5%8D%8E+x&q=2&empty="
    body = b'{"a": 1}' if method != "GET" else b""
    seen = gateway.client.request(method, path, content=body).json()
    assert (seen["method"], f"{seen['path']}?{seen['query']}") == (method, path)
    assert seen["body"] == hashlib.sha256(body).hexdigest()


def test_the_service_gets_the_identity_of_the_caller_and_not_the_key(gateway: Gateway) -> None:
    answer = gateway.client.get("/v1/customers/1")
    assert answer.json()["subject"] == str(ADMINISTRATOR)
    assert answer.json()["scopes"] == ["admin", "read", "write"]
    assert KEY not in answer.text


def test_headers_about_the_origin_of_a_request_are_set_by_the_gateway(gateway: Gateway) -> None:
    forged = {
        "X-Forwarded-For": "1.2.3.4",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Port": "1",
        "X-Real-IP": "1.2.3.4",
        "Forwarded": "for=1.2.3.4",
    }
    seen = headers_of(gateway.client.get("/v1/customers/1", headers=forged))
    assert seen["x-forwarded-for"] == "127.0.0.1"
    assert seen["x-forwarded-proto"] == "http"
    assert seen["x-forwarded-host"] == httpx.URL(gateway.url).netloc.decode()
    assert not {"x-real-ip", "forwarded", "x-forwarded-port"} & set(seen)


def test_hop_by_hop_headers_are_dropped_and_other_headers_forwarded(gateway: Gateway) -> None:
    sent = {
        "Connection": "keep-alive, X-Hop",
        "X-Hop": "1",
        "Keep-Alive": "timeout=5",
        "TE": "trailers",
        "Proxy-Authorization": "Basic x",
        "If-Match": '"3"',
        "Idempotency-Key": "k-1",
        "Accept-Language": "zh",
    }
    seen = headers_of(gateway.client.get("/v1/customers/1", headers=sent))
    assert not {"x-hop", "keep-alive", "te", "proxy-authorization"} & set(seen)
    assert seen["if-match"] == '"3"'
    assert seen["idempotency-key"] == "k-1"
    assert seen["accept-language"] == "zh"


def test_headers_that_the_caller_did_not_send_are_not_added(gateway: Gateway) -> None:
    received = gateway.exchange(
        b"GET /v1/customers/1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        b"Authorization: Bearer " + KEY.encode() + b"\r\n\r\n"
    )
    for name in (b'"accept"', b'"user-agent"', b'"accept-encoding"', b'"content-type"'):
        assert name not in received


def test_an_id_with_slashes_is_forwarded_as_it_was_sent(gateway: Gateway) -> None:
    path = "/v1/customers/by-external-id/erp/SO%2F2026%2F0001%25"
    assert gateway.client.get(path).json()["path"] == path


def test_a_request_id_is_accepted_passed_on_and_returned(gateway: Gateway) -> None:
    answer = gateway.client.get("/v1/customers/1", headers={"X-Request-Id": "order-17.b"})
    assert answer.headers.get_list("X-Request-Id") == ["order-17.b"]
    assert headers_of(answer)["x-request-id"] == "order-17.b"


@pytest.mark.parametrize("offered", ["a" * 200, "a b", "x'; DROP", ""])
def test_an_invalid_request_id_is_replaced(gateway: Gateway, offered: str) -> None:
    answer = gateway.client.get("/v1/customers/1", headers={"X-Request-Id": offered})
    assert re.fullmatch(r"[0-9a-f-]{36}", answer.headers["X-Request-Id"])
    assert headers_of(answer)["x-request-id"] == answer.headers["X-Request-Id"]


def test_the_trace_is_continued_with_a_new_span(gateway: Gateway) -> None:
    sent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    passed = headers_of(gateway.client.get("/v1/customers/1", headers={"traceparent": sent}))
    assert passed["traceparent"].split("-")[1] == sent.split("-")[1]
    assert passed["traceparent"].split("-")[2] != sent.split("-")[2]


def test_a_new_trace_is_started_if_the_caller_sends_no_valid_one(gateway: Gateway) -> None:
    answer = gateway.client.get("/v1/customers/1", headers={"traceparent": "rubbish"})
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-01", headers_of(answer)["traceparent"])


def test_an_answer_is_returned_without_the_headers_of_the_connection_to_the_service(
    gateway: Gateway,
) -> None:
    answer = gateway.client.get("/v1/customers/odd-headers", headers={"X-Request-Id": "ours"})
    assert answer.headers["ETag"] == '"3"'
    assert answer.headers.get_list("X-Request-Id") == ["ours"]
    assert not {"x-private", "keep-alive", "connection", "server"} & set(answer.headers)


@pytest.mark.parametrize("status", [200, 201, 204, 304, 404, 409, 422, 500])
def test_the_status_of_a_service_is_returned(gateway: Gateway, status: int) -> None:
    answer = gateway.client.get(f"/v1/customers/answer/{status}")
    assert (answer.status_code, answer.headers["X-Own"]) == (status, "1")


def test_a_redirect_does_not_show_the_address_of_the_service(gateway: Gateway) -> None:
    answer = gateway.client.get("/v1/customers/moved")
    assert (answer.status_code, answer.headers["Location"]) == (307, "/v1/customers/2")


def test_a_bug_in_a_service_does_not_affect_other_requests(gateway: Gateway) -> None:
    """If a service closed its connection after a 500, a later request would be sent on it."""
    paths = ["bug", "1"] * 40
    statuses = [gateway.client.post(f"/v1/customers/{path}").status_code for path in paths]
    assert statuses == [500, 200] * 40


def test_head_is_forwarded_as_a_get_without_its_body(gateway: Gateway) -> None:
    head, get = (
        gateway.client.request(method, "/v1/customers/answer/200") for method in ("HEAD", "GET")
    )
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == get.headers["Content-Length"]


def test_after_head_of_a_streamed_answer_the_next_request_succeeds(gateway: Gateway) -> None:
    assert gateway.client.head("/v1/customers/large?pieces=1000").status_code == 200
    assert gateway.client.get("/v1/customers/1").status_code == 200


def test_a_large_answer_reaches_the_caller_completely(gateway: Gateway) -> None:
    with gateway.client.stream("GET", "/v1/customers/large?pieces=500") as answer:
        assert sum(len(piece) for piece in answer.iter_raw()) == 500 * 65536


def test_an_answer_that_takes_longer_than_the_start_of_the_watch_arrives(gateway: Gateway) -> None:
    for _ in range(2):
        assert gateway.client.get("/v1/customers/sleepy").text == "awake"


def test_a_file_without_a_content_length_reaches_the_service_completely(gateway: Gateway) -> None:
    piece = b"0123456789abcdef" * 4096

    def pieces() -> Iterator[bytes]:
        for _ in range(200):
            yield piece

    answer = gateway.client.post("/v1/imports", content=pieces())
    assert answer.status_code == 202
    assert answer.json() == {
        "digest": hashlib.sha256(piece * 200).hexdigest(),
        "length": 200 * len(piece),
    }


def test_a_file_with_a_content_length_reaches_the_service_completely(gateway: Gateway) -> None:
    content = b"line\n" * 1_000_000
    answer = gateway.client.post("/v1/surveys/1/imports", content=content)
    assert answer.json()["digest"] == hashlib.sha256(content).hexdigest()


def test_respondents_pages_need_no_key_and_are_forwarded_with_the_identity_respondent(
    gateway: Gateway,
) -> None:
    seen = httpx.post(f"{gateway.url}/s/abc", content=b"q1=5").json()
    assert (seen["path"], seen["subject"], seen["rows"]) == ("/s/abc", "respondent", "own")
    assert seen["scopes"] == ["respond"]


def test_a_restarted_service_is_reached_again(tmp_path: Path) -> None:
    keys = tmp_path / "identity.key", tmp_path / "identity.pub"
    signer, service = Signer(ensure_key_pair(*keys)), Upstream().app("registry", keys[1])

    async def status_of(forward: Forwarder) -> int:
        sent: list[Message] = []

        async def send(message: Message) -> None:
            sent.append(message)

        async def receive() -> Message:
            return {"type": "http.request", "body": b"{}"}

        await forward(SCOPE, receive, send, RESPONDENT, "registry")
        return int(sent[0]["status"])

    async def before_and_after() -> list[int]:
        running = ExitStack()
        url = running.enter_context(serve(service))
        upstream = Connections({"registry": url}, seconds=30, connections=4)
        forward = Forwarder(
            upstream,
            signer,
            Limits(1024, 5, Quota(1024, at_once=1, total_at_once=1)),
            uploads=Paths({}),
        )
        statuses = [await status_of(forward)]
        await asyncio.to_thread(running.close)
        with serve(service, port=httpx.URL(url).port or 0):
            statuses += [await status_of(forward)]
            await upstream.close()
        return statuses

    assert asyncio.run(before_and_after()) == [200, 200]

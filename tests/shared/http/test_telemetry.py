"""Tests of telemetry: one log line, one count, one duration and one id for each request."""

import asyncio
import re
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from prometheus_client import REGISTRY
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from shared import tracing
from shared.http.routing import Router
from shared.http.telemetry import Telemetry
from tests.serving import serve
from tests.shared.http.conftest import RouterServer
from tests.waiting import eventually

TRACE = "0af7651916cd43dd8448eb211c80319c"
ROUTE = "/v1/traces/{number}"


@pytest.fixture
def tracing_client(serve_router: RouterServer) -> Iterator[httpx.Client]:
    """Yield a client of a service that answers with the current trace."""
    router = Router(prefix="traces", tag="traces", about="Traces.")

    @router.get("/{number}")
    async def read_trace(number: int) -> list[str | None]:
        trace = tracing.current()
        assert trace
        assert number
        return [trace.trace_id, trace.request_id]

    @router.post("")
    async def weigh(request: Request) -> int:
        return len(await request.body())

    with serve_router(router) as client:
        yield client


def request_count(method: str, route: str, status: int) -> float:
    """Return the value of the metric that counts requests."""
    labels = {"method": method, "route": route, "status": str(status)}
    return REGISTRY.get_sample_value("patron_http_requests_total", labels) or 0


def request_seconds(route: str) -> float:
    """Return the sum of the durations of requests in the metric."""
    return REGISTRY.get_sample_value("patron_http_request_seconds_sum", {"route": route}) or 0


def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, str]]:
    """Return the fields of each log line of a request so far."""
    messages = [one.getMessage() for one in caplog.records if one.name == "shared.http"]
    return [dict(re.findall(r"(\w+)='?([^' ]*)", message)) for message in messages]


def wait_for_only_line(caplog: pytest.LogCaptureFixture) -> dict[str, str]:
    """Wait for the log line of the only request and return its fields.

    The server counts and then logs a request after it has sent the answer, so a test has to wait.
    When the log line exists, the request is counted too.
    """
    assert eventually(lambda: lines(caplog) != [])
    (line,) = lines(caplog)
    return line


def test_a_request_is_counted_timed_and_logged_under_its_route(
    tracing_client: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    before, seconds_before = request_count("GET", ROUTE, 200), request_seconds(ROUTE)
    began = time.perf_counter()
    assert tracing_client.get("/v1/traces/17").status_code == 200
    line = wait_for_only_line(caplog)
    assert request_count("GET", ROUTE, 200) == before + 1
    duration = request_seconds(ROUTE) - seconds_before
    assert 0 < duration < time.perf_counter() - began
    assert float(line.pop("ms")) == pytest.approx(duration * 1000, abs=0.01)
    assert line == {"method": "GET", "route": ROUTE, "status": "200", "event": "request"}


def test_a_request_body_reaches_its_route(tracing_client: httpx.Client) -> None:
    assert tracing_client.post("/v1/traces", content=b"12345").json() == 5


def test_an_unmatched_request_is_logged_without_its_path_and_method(
    tracing_client: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    before = request_count("other", "unmatched", 404)
    tracing_client.request("PROPFIND", "/v1/secret")
    line = wait_for_only_line(caplog)
    assert request_count("other", "unmatched", 404) == before + 1
    assert (line["method"], line["route"], line["status"]) == ("other", "unmatched", "404")


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_each_method_is_counted_by_its_name(tracing_client: httpx.Client, method: str) -> None:
    before = request_count(method, ROUTE, 405)
    tracing_client.request(method, "/v1/traces/1")
    assert eventually(lambda: request_count(method, ROUTE, 405) == before + 1)


def test_the_request_id_and_trace_of_the_caller_are_used(tracing_client: httpx.Client) -> None:
    sent = {"X-Request-Id": "Shop.1:2_3-4", "traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}
    answer = tracing_client.get("/v1/traces/1", headers=sent)
    assert answer.json() == [TRACE, "Shop.1:2_3-4"]
    assert answer.headers.get_list("X-Request-Id") == ["Shop.1:2_3-4"]


@pytest.mark.parametrize("odd", [None, "", "a b", "x" * 101, b"\xe7\x8e\x8b"])
def test_a_request_without_a_valid_id_or_trace_gets_new_ones(
    tracing_client: httpx.Client, odd: Any
) -> None:
    headers = {} if odd is None else {"X-Request-Id": odd, "traceparent": odd}
    answers = [tracing_client.get("/v1/traces/1", headers=headers) for _ in range(2)]
    for answer in answers:
        trace_id, request_id = answer.json()
        assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", request_id)
        assert re.fullmatch(r"[0-9a-f]{32}", trace_id)
        assert answer.headers["X-Request-Id"] == request_id
    first, second = (answer.json() for answer in answers)
    assert first[0] != second[0]
    assert first[1] != second[1]


def test_a_request_that_fails_without_an_answer_is_counted_and_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def failing(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise ZeroDivisionError

    caplog.set_level("INFO")
    before = request_count("GET", "unmatched", 500)
    with serve(Telemetry(failing), lifespan="off") as url:
        assert httpx.get(url).status_code == 500
    assert wait_for_only_line(caplog)["status"] == "500"
    assert request_count("GET", "unmatched", 500) == before + 1


def test_a_scope_that_is_not_an_http_request_is_passed_on_without_a_log_line(
    caplog: pytest.LogCaptureFixture,
) -> None:
    seen = []

    async def inner(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append((scope["type"], receive, send))

    async def receive() -> Any:
        raise AssertionError

    async def send(_: Any) -> None:
        raise AssertionError

    caplog.set_level("INFO")
    asyncio.run(Telemetry(inner)({"type": "websocket"}, receive, send))
    assert seen == [("websocket", receive, send)]
    assert lines(caplog) == []

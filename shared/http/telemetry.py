"""Telemetry of requests: each has an id and a trace, is logged in one line, counted and timed."""

import re
import time
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import tracing
from shared.ids import new_id
from shared.logging import logger
from shared.metrics import REQUEST_SECONDS, REQUESTS

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._:-]{1,100}")

log = logger("shared.http")


class Telemetry:
    """The outermost middleware, which also logs and counts requests that fail inside."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._measure(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _measure(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the app, add X-Request-Id to its response, and log and count the request."""
        request_id = _start_trace(scope)
        started, status = time.perf_counter(), 500

        async def send_with_request_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        try:
            await self._app(scope, receive, send_with_request_id)
        finally:
            _count_and_log(scope, status, time.perf_counter() - started)


def _start_trace(scope: Scope) -> str:
    """Start the trace of a request and return its id: the caller's X-Request-Id, or a new one."""
    headers: dict[bytes, bytes] = dict(scope["headers"])
    sent_id = headers.get(b"x-request-id", b"")
    request_id = sent_id.decode() if _REQUEST_ID.fullmatch(sent_id) else str(new_id())
    tracing.start(headers.get(b"traceparent", b"").decode("latin-1"), request_id)
    return request_id


def _count_and_log(scope: Scope, status: int, seconds: float) -> None:
    """Count, time and log a request under its route."""
    route = route_of(scope)
    method = scope["method"] if scope["method"] in _METHODS else "other"
    REQUESTS.labels(method, route, status).inc()
    REQUEST_SECONDS.labels(route).observe(seconds)
    log.info("request", method=method, route=route, status=status, ms=round(seconds * 1000, 2))


def route_of(scope: Scope) -> str:
    """Return the path template of the matched route, or `unmatched`.

    Metrics and log lines have the template instead of the path: each id in a path would create a
    metric of its own.
    """
    route: Any = scope.get("route")
    return getattr(route, "path", None) or "unmatched"

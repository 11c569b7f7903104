"""Telemetry of every request: its id and trace, one log line, its count and duration."""

import re
import time
from typing import Any
from uuid import uuid4

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import tracing
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
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        await self._measured(scope, receive, send)

    async def _measured(self, scope: Scope, receive: Receive, send: Send) -> None:
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
            _record(scope, status, time.perf_counter() - started)


def _start_trace(scope: Scope) -> str:
    headers: dict[bytes, bytes] = dict(scope["headers"])
    sent = headers.get(b"x-request-id", b"")
    request_id = sent.decode() if _REQUEST_ID.fullmatch(sent) else str(uuid4())
    tracing.start(headers.get(b"traceparent", b"").decode("latin-1"), request_id)
    return request_id


def _record(scope: Scope, status: int, seconds: float) -> None:
    route = route_of(scope)
    method = scope["method"] if scope["method"] in _METHODS else "other"
    REQUESTS.labels(method, route, status).inc()
    REQUEST_SECONDS.labels(route).observe(seconds)
    log.info("request", method=method, route=route, status=status, ms=round(seconds * 1000, 2))


def route_of(scope: Scope) -> str:
    """Return the path template of the matched route, or `unmatched`.

    Metrics and log lines name the template, not the path: ids would multiply the metrics.
    """
    route: Any = scope.get("route")
    return getattr(route, "path", None) or "unmatched"

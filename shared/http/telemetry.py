"""Around every request: its id and trace, one log line, its count and time."""

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
    """Outermost of all: whatever happens inside leaves a trace."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        await self._measured(scope, receive, send)

    async def _measured(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = _start_trace(scope)
        began, status = time.perf_counter(), 500

        async def send_marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        try:
            await self._app(scope, receive, send_marked)
        finally:
            _note(scope, status, time.perf_counter() - began)


def _start_trace(scope: Scope) -> str:
    headers: dict[bytes, bytes] = dict(scope["headers"])
    given = headers.get(b"x-request-id", b"")
    request_id = given.decode() if _REQUEST_ID.fullmatch(given) else str(uuid4())
    tracing.start(headers.get(b"traceparent", b"").decode("latin-1"), request_id)
    return request_id


def _note(scope: Scope, status: int, seconds: float) -> None:
    route = route_of(scope)
    method = scope["method"] if scope["method"] in _METHODS else "other"
    REQUESTS.labels(method, route, status).inc()
    REQUEST_SECONDS.labels(route).observe(seconds)
    log.info("request", method=method, route=route, status=status, ms=round(seconds * 1000, 2))


def route_of(scope: Scope) -> str:
    """Tell the template of the route, so that ids neither multiply metrics nor enter logs."""
    route: Any = scope.get("route")
    return getattr(route, "path", None) or "unmatched"

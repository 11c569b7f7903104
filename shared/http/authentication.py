"""The lock of a service's front door: nothing passes without the gateway's token.

Pure ASGI and outermost, because FastAPI parses a multipart body before it runs dependencies.
"""

import orjson
from starlette.types import ASGIApp, Receive, Scope, Send

from shared import tracing
from shared.errors import Problem, Unauthorized
from shared.http.identity import Verifier


class RequireIdentity:
    """Puts the caller's Identity into the scope's state as `identity`, or answers 401."""

    def __init__(self, app: ASGIApp, *, verifier: Verifier) -> None:
        self._app = app
        self._verifier = verifier

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._check(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})

    async def _check(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            identity = self._verifier(bearer(scope))
        except Problem as problem:
            await _refuse(send, problem)
            return
        scope.setdefault("state", {})["identity"] = identity
        await self._app(scope, receive, send)


def bearer(scope: Scope) -> str:
    """Give the credential of the one Authorization header, or raise Unauthorized."""
    found: list[bytes] = [value for name, value in scope["headers"] if name == b"authorization"]
    if len(found) != 1:
        raise Unauthorized(detail="Send one Authorization header: Bearer <key>.")
    kind, _, credential = found[0].decode("latin-1").partition(" ")
    if kind.lower() != "bearer" or not credential.strip():
        raise Unauthorized(detail="Send Authorization: Bearer <key>.")
    return credential.strip()


async def _refuse(send: Send, problem: Problem) -> None:
    trace = tracing.current()
    body = orjson.dumps(
        {
            "type": "about:blank",
            "title": problem.title,
            "status": problem.status,
            "code": problem.kind,
            "detail": problem.detail,
            "request_id": trace.request_id if trace else None,
        }
    )
    headers = {"Content-Type": "application/problem+json", **problem.headers}
    if problem.status == Unauthorized.status:
        headers["WWW-Authenticate"] = "Bearer"
    fields = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    fields.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": problem.status, "headers": fields})
    await send({"type": "http.response.body", "body": body})

"""The lock of a service's front door: nothing passes without the gateway's token.

Pure ASGI and outermost, because FastAPI parses a multipart body before it runs dependencies.
"""

from starlette.types import ASGIApp, Receive, Scope, Send

from shared.errors import Problem, Unauthorized
from shared.http.identity import Verifier
from shared.http.problems import respond


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
            await respond(problem)(scope, receive, send)
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

"""Authentication of a service: every request needs an identity token of the gateway.

The check is ASGI middleware, because FastAPI would parse a multipart body before a dependency could
refuse the request.
"""

from starlette.types import ASGIApp, Receive, Scope, Send

from shared.errors import Problem, Unauthorized
from shared.http.identity import Verifier
from shared.http.problems import problem_response


class RequireIdentity:
    """Middleware that stores the caller's Identity in the scope's state, or answers 401."""

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
        """Verify the token of a request, then call the app or answer with the problem."""
        try:
            identity = self._verifier(bearer_credential(scope))
        except Problem as problem:
            await problem_response(problem)(scope, receive, send)
            return
        scope.setdefault("state", {})["identity"] = identity
        await self._app(scope, receive, send)


def bearer_credential(scope: Scope) -> str:
    """Return the credential of the Authorization header `Bearer <credential>`.

    Raises Unauthorized if the header is missing, repeated, or not of the kind Bearer.
    """
    values: list[bytes] = [value for name, value in scope["headers"] if name == b"authorization"]
    if len(values) != 1:
        raise Unauthorized(detail="Send one Authorization header: Bearer <key>.")
    kind, _, credential = values[0].decode("latin-1").partition(" ")
    if kind.lower() != "bearer" or not credential.strip():
        raise Unauthorized(detail="Send Authorization: Bearer <key>.")
    return credential.strip()

"""The admission of requests: identify the caller, check the scope, choose the service to answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.gateway.api_key import domain
from services.gateway.api_key.key_cache import KeyCache
from services.gateway.proxy import paths
from services.gateway.proxy.body import CallerGone
from services.gateway.proxy.forward import Forwarder
from services.gateway.proxy.upstream import Upstream
from shared.errors import BadRequest, Fault, Forbidden, MethodNotAllowed, NotFound, Problem
from shared.faults import REPEATED
from shared.http.authentication import bearer_credential
from shared.http.identity import Identity
from shared.http.paths import Paths, path_to_match
from shared.http.problems import problem_response
from shared.logging import logger
from shared.row_access import Rows

METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
PUBLIC_PATHS: Final = frozenset(
    {b"/livez", b"/readyz", b"/openapi.json", b"/asyncapi.json", b"/docs"}
)
"""The paths that need no API key, besides the public folders and the respondents' pages."""
PUBLIC_FOLDERS: Final = (b"/docs/", b"/schemas/")
RESPONDENT: Final = Identity("respondent", "respondent", frozenset({"respond"}), Rows.OWN)
"""The identity of everybody who opens a respondents' page; its token decides what it shows."""
CLOSED_BY_CALLER: Final = 499
"""The status that is counted and logged if the caller has disconnected; nginx uses it too."""

log = logger(__name__)
_UNKNOWN_PATH: Final = "There is no such path; /docs lists the paths."


@dataclass(frozen=True, slots=True)
class RouteLabel:
    """The name under which metrics and log lines group a request, instead of its path."""

    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """The ASGI app that checks each request and forwards it to the service that owns its path.

    `own_app` answers the requests for API keys, documents and probes. `service_of` maps the first
    path segment after /v1 to the name of a service.
    """

    own_app: ASGIApp
    service_of: Mapping[str, str]
    paths_of_api: Paths
    key_cache: KeyCache
    forward: Forwarder
    upstream: Upstream

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; every error is a problem+json."""
        if scope["type"] == "lifespan":
            await self.own_app(scope, self._close_at_shutdown(receive), send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    def _close_at_shutdown(self, receive: Receive) -> Receive:
        """Return a `receive` that closes the connections to the services at shutdown."""

        async def receive_and_close() -> Message:
            message = await receive()
            if message["type"] == "lifespan.shutdown":
                await self.upstream.close()
            return message

        return receive_and_close

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer an HTTP request; an exception becomes a problem response."""
        try:
            await self._admit(scope, receive, send)
        except Problem as problem:
            await problem_response(problem)(scope, receive, send)
        except CallerGone:
            await send({"type": "http.response.start", "status": CLOSED_BY_CALLER, "headers": []})
            await send({"type": "http.response.body"})
        except Exception:
            log.exception("request.failed")
            await problem_response(Problem())(scope, receive, send)

    async def _admit(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request for a public path; any other request needs an API key."""
        path: bytes = scope["raw_path"]
        paths.check(path, scope["query_string"])
        scope["path"] = path_to_match(path)
        if scope["method"] not in METHODS:
            raise self._method_not_allowed(scope)
        _check_request(scope)
        folder = next((each for each in PUBLIC_FOLDERS if path.startswith(each)), None)
        if path in PUBLIC_PATHS or folder:
            scope["route"] = RouteLabel((folder or path).decode())
            await self._answer_public(scope, receive, send)
        elif path.startswith(paths.RESPONDENTS_PREFIX):
            scope["route"] = RouteLabel("/s")
            await self._answer_respondent(scope, receive, send)
        else:
            await self._admit_with_key(scope, receive, send)

    async def _answer_public(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request for a public path."""
        if scope["method"] == "OPTIONS":
            await self._answer_options(scope, send)
        else:
            await self._call_own_app(scope, receive, send)

    async def _answer_respondent(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request for a respondents' page."""
        if scope["method"] == "OPTIONS":
            await self._answer_options(scope, send)
        else:
            await self.forward(scope, receive, send, RESPONDENT, "survey")

    async def _admit_with_key(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check the API key of a request, then answer it or forward it to its service.

        The key must have the permission that the request needs (a scope of the key, such as
        "write"; the parameter `scope` is the ASGI scope: the request's method, path and headers).
        """
        identity = await self.key_cache.identify(bearer_credential(scope))
        target = paths.find_target(scope["raw_path"], self.service_of)
        if target is None:
            raise NotFound(detail=_UNKNOWN_PATH)
        scope["route"] = RouteLabel(f"/v1/{target.collection}")
        _require_permission(identity, scope["method"], target.collection)
        if scope["method"] == "OPTIONS":
            await self._answer_options(scope, send)
        elif target.service == "gateway":
            await self._call_own_app_with_body(scope, receive, send, identity)
        else:
            await self.forward(scope, receive, send, identity, target.service)

    async def _call_own_app_with_body(
        self, scope: Scope, receive: Receive, send: Send, identity: Identity
    ) -> None:
        """Read the body within the limits of every request, and call the gateway's own app."""
        body = await self.forward.whole(scope, receive)
        messages = iter([{"type": "http.request", "body": body}])

        async def replay() -> Message:
            return next(messages, None) or await receive()

        scope["state"]["identity"] = identity
        await self._call_own_app(scope, replay, send)

    async def _call_own_app(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the gateway's own app; HEAD becomes GET, and uvicorn sends no body then."""
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        await self.own_app({**scope, "method": method}, receive, send)

    async def _answer_options(self, scope: Scope, send: Send) -> None:
        """Answer OPTIONS with 204 and the methods of the path; raises NotFound for another path."""
        headers = [(b"allow", self._allowed(scope).encode())]
        await send({"type": "http.response.start", "status": 204, "headers": headers})
        await send({"type": "http.response.body"})

    def _method_not_allowed(self, scope: Scope) -> MethodNotAllowed:
        """Return the refusal of a method that no path has."""
        allowed = self._allowed(scope)
        detail = f"This path takes {allowed}."
        return MethodNotAllowed(detail=detail, headers={"Allow": allowed})

    def _allowed(self, scope: Scope) -> str:
        """Return the methods of the path, as `Allow` lists them; raises NotFound without one."""
        methods = self.paths_of_api.methods(scope["path"])
        if not methods:
            raise NotFound(detail=_UNKNOWN_PATH)
        return ", ".join(methods)


def _require_permission(identity: Identity, method: str, collection: str) -> None:
    """Raise Forbidden if the caller's key lacks the scope that the request needs."""
    needed = domain.needed_scope(method, collection)
    if not domain.permits(identity.scopes, needed):
        raise Forbidden(detail=f"This needs a key with the scope {needed}.")


def _check_request(scope: Scope) -> None:
    """Raise a Problem for a request that two programs could understand in different ways."""
    names = [name for name, _ in scope["headers"]]
    if names.count(b"host") > 1:
        raise BadRequest(Fault("header:Host", REPEATED, "Send one Host header."))

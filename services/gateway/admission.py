"""The one door: who are you, may you, and where to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.gateway.api_key import domain
from services.gateway.api_key.key_cache import KeyCache
from services.gateway.document.allowed import Allowed
from services.gateway.document.routes import OPEN
from services.gateway.proxy import paths
from services.gateway.proxy.body import CallerGone
from services.gateway.proxy.forward import Forwarder
from services.gateway.proxy.upstream import Upstream
from shared.errors import BadRequest, Fault, Forbidden, MethodNotAllowed, NotFound, Problem
from shared.http.authentication import bearer
from shared.http.identity import Identity
from shared.http.problems import problem_response
from shared.logging import logger
from shared.row_access import Rows

METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
RESPONDENT: Final = Identity("respondent", "respondent", frozenset({"respond"}), Rows.OWN)
"""Whoever opens a respondents' page: the page's token says what they may see."""
CLOSED_BY_CALLER: Final = 499
"""The status, as nginx has it, under which requests without a waiting caller are counted."""

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Place:
    """What metrics and log lines call a request's path."""

    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """Admits a request and hands it to its service, or to `local` where it is our own."""

    local: ASGIApp
    table: Mapping[str, str]
    allowed: Allowed
    callers: KeyCache
    forward: Forwarder
    upstream: Upstream

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; whatever goes wrong is a problem+json."""
        if scope["type"] == "lifespan":
            await self.local(scope, self._closing(receive), send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    def _closing(self, receive: Receive) -> Receive:
        async def closing() -> Message:
            message = await receive()
            if message["type"] == "lifespan.shutdown":
                await self.upstream.close()
            return message

        return closing

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
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
        path: bytes = scope["raw_path"]
        paths.check(path, scope["query_string"])
        _check_form(scope)
        if path in OPEN or path.startswith(b"/docs/"):
            scope["route"] = Place(path.decode())
            await self._locally(scope, receive, send)
        elif path.startswith(paths.RESPONDENTS):
            scope["route"] = Place("/s")
            await self.forward(scope, receive, send, RESPONDENT, "survey")
        else:
            await self._admit_known(scope, receive, send)

    async def _admit_known(self, scope: Scope, receive: Receive, send: Send) -> None:
        identity = await self.callers.identify(bearer(scope))
        target = paths.find(scope["raw_path"], self.table)
        if target is None:
            raise NotFound(detail="There is no such path; /docs shows those there are.")
        scope["route"] = Place(f"/v1/{target.noun}")
        _check_scope(identity, scope["method"], target.noun)
        if scope["method"] == "OPTIONS":
            await self._tell_methods(scope, send)
        elif target.service == "gateway":
            await self._answer_ourselves(scope, receive, send, identity)
        else:
            await self.forward(scope, receive, send, identity, target.service)

    async def _answer_ourselves(
        self, scope: Scope, receive: Receive, send: Send, identity: Identity
    ) -> None:
        """Let our own app answer, with the limits that every service has."""
        body = await self.forward.whole(scope, receive)
        sent = {"type": "http.request", "body": body}
        messages = iter([sent])

        async def replay() -> Message:
            return next(messages, None) or await receive()

        scope["state"]["identity"] = identity
        await self._locally(scope, replay, send)

    async def _locally(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let our own app answer; HEAD is a GET whose body the server leaves out."""
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        await self.local({**scope, "method": method}, receive, send)

    async def _tell_methods(self, scope: Scope, send: Send) -> None:
        methods = self.allowed.methods(scope["path"])
        if not methods:
            raise NotFound(detail="There is no such path; /docs shows those there are.")
        fields = [(b"allow", ", ".join(methods).encode())]
        await send({"type": "http.response.start", "status": 204, "headers": fields})
        await send({"type": "http.response.body"})


def _check_scope(identity: Identity, method: str, noun: str) -> None:
    needed = domain.needed_scope(method, noun)
    if not domain.permits(identity.scopes, needed):
        raise Forbidden(detail=f"This needs a key with the scope {needed}.")


def _check_form(scope: Scope) -> None:
    """Refuse what one program could understand in another way than the next."""
    if scope["method"] not in METHODS:
        raise MethodNotAllowed(headers={"Allow": ", ".join(sorted(METHODS))})
    names = [name for name, _ in scope["headers"]]
    if names.count(b"host") > 1:
        raise BadRequest(Fault("header:Host", "repeated", "Send one Host header."))
    if b"upgrade" in names:
        raise BadRequest(Fault("header:Upgrade", "upgrade_refused", "Speak plain HTTP/1.1 here."))

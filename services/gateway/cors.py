"""Cross-origin resource sharing (CORS): which web pages of other origins may read answers."""

from collections.abc import Collection
from typing import Final

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from services.gateway.proxy.paths import RESPONDENTS_PREFIX
from services.gateway.proxy.problems import ORIGIN_REFUSED, PREFLIGHT_REFUSED
from shared.errors import BadRequest, Fault
from shared.http.problems import problem_response

EXPOSED_HEADERS: Final = (
    "Allow",
    "Content-Disposition",
    "ETag",
    "Idempotent-Replayed",
    "Link",
    "Location",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "WWW-Authenticate",
    "X-Request-Id",
)
"""The response headers that scripts may read, besides those that browsers always show."""
_ANY: Final = "*"
_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_REQUEST_HEADERS: Final = (
    "Authorization",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "traceparent",
    "X-Request-Id",
)
_MAX_AGE_SECONDS: Final = 7200
"""How long a browser remembers the answer to a preflight request; Chromium allows no more."""
_ORIGIN_FAULT: Final = Fault("header:Origin", ORIGIN_REFUSED)
_METHOD_FAULT: Final = Fault(
    "header:Access-Control-Request-Method",
    PREFLIGHT_REFUSED,
    methods=_METHODS,
    headers=_REQUEST_HEADERS,
)
_HEADERS_FAULT: Final = _METHOD_FAULT.at("header:Access-Control-Request-Headers")


class Cors(CORSMiddleware):
    """Middleware that answers preflight requests, and lets pages of some origins read answers.

    Every path allows every method: if the preflight request of an unknown path were refused, a
    script could not read the 404 that explains the mistake. Credentials are not allowed, because
    callers send their API key themselves and no cookie exists. Respondents' pages are left out:
    they are forms for people, which no other page needs to read.
    """

    def __init__(self, app: ASGIApp, *, origins: Collection[str]) -> None:
        super().__init__(
            app,
            allow_origins=origins,
            allow_methods=_METHODS,
            allow_headers=_REQUEST_HEADERS,
            expose_headers=EXPOSED_HEADERS,
            max_age=_MAX_AGE_SECONDS,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["raw_path"].startswith(RESPONDENTS_PREFIX):
            await self.app(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    def preflight_response(self, request_headers: Headers) -> Response:
        """Return the answer to a preflight request; a refusal is a problem, not plain text."""
        answer = super().preflight_response(request_headers)
        if answer.status_code != BadRequest.status:
            return answer
        cors_headers = {
            name: value for name, value in answer.headers.items() if not name.startswith("content-")
        }
        return problem_response(BadRequest(self._fault(request_headers), headers=cors_headers))

    def _fault(self, request_headers: Headers) -> Fault:
        """Return the first fault of a preflight request that is refused."""
        if not self.is_allowed_origin(request_headers["origin"]):
            return _ORIGIN_FAULT
        if request_headers["access-control-request-method"] not in self.allow_methods:
            return _METHOD_FAULT
        return _HEADERS_FAULT


def headers_for(origin: str, origins: Collection[str]) -> dict[str, str]:
    """Return the headers with which a page of `origin` may read an answer.

    For answers that do not pass through the middleware.
    """
    exposed = {"Access-Control-Expose-Headers": ", ".join(EXPOSED_HEADERS)}
    if not origins:
        return {}
    if _ANY in origins:
        return {"Access-Control-Allow-Origin": _ANY} | exposed
    vary = {"Vary": "Origin"}
    return vary | {"Access-Control-Allow-Origin": origin} | exposed if origin in origins else vary

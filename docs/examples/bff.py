"""A backend for front ends: the browser has a session cookie, this backend has the API keys.

Install: pip install httpx starlette uvicorn
Start: uvicorn --app-dir docs/examples bff:app, with the environment variables below.

Before you rely on it, replace the passwords by your own sign-on, and the dictionary of sessions by
a store that all processes of the backend share.
"""

import json
import os
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

ORIGIN = os.environ["BFF_ORIGIN"]  # where browsers open your pages: https://crm.example.com
USERS = json.loads(os.environ["BFF_USERS"])  # {"li.na": {"password": "...", "key": "patron_..."}}
SESSION_SECONDS = float(os.environ.get("BFF_SESSION_SECONDS", "28800"))  # eight hours
TO_PATRON = {"accept", "accept-encoding", "content-length", "content-type", "idempotency-key"}
TO_PATRON |= {"if-match", "if-none-match", "x-request-id"}
TO_BROWSER = {"allow", "cache-control", "content-disposition", "content-encoding", "content-length"}
TO_BROWSER |= {"content-type", "etag", "idempotent-replayed", "link", "location", "ratelimit"}
TO_BROWSER |= {"ratelimit-policy", "retry-after", "vary", "www-authenticate", "x-request-id"}
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
NOT_STORED = {"cache-control": "no-store"}  # for answers about which Patron says nothing

patron = httpx.AsyncClient(base_url=os.environ["PATRON_URL"], timeout=60)
sessions: dict[str, tuple[str, float]] = {}  # the API key and the end of each session


@asynccontextmanager
async def connection(_: Starlette) -> AsyncIterator[None]:
    """Close the connections to Patron when the backend ends."""
    async with patron:
        yield


class Refused(Exception):
    """A request that the backend refuses itself: status, code, and a text for developers."""


async def refuse(request: Request, error: Exception) -> Response:
    """Answer a refused request with the fields of Patron's errors."""
    status, code, detail = error.args
    request_id = request.headers.get("x-request-id") or secrets.token_hex(16)
    problem = {"type": "about:blank", "title": detail, "status": status, "code": code}
    problem |= {"detail": detail, "request_id": request_id, "errors": []}
    headers = NOT_STORED | {"x-request-id": request_id}
    headers |= {"retry-after": "2"} if code == "unavailable" else {}
    return JSONResponse(problem, status, headers, media_type="application/problem+json")


def refuse_other_origins(request: Request) -> None:
    """Refuse a change that does not come from a page of this backend (no CSRF)."""
    if request.method not in {"GET", "HEAD"} and request.headers.get("origin") != ORIGIN:
        raise Refused(403, "other_origin", f"Send this from a page of {ORIGIN}.")


async def sign_in(request: Request) -> Response:
    """Start a session; replace the check of the password by your own sign-on."""
    refuse_other_origins(request)
    try:
        sent = await request.json()
        user = USERS.get(sent["user"], {"password": "", "key": ""})
        password = sent["password"].encode()
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError):
        text = 'Send JSON with two texts: {"user": "...", "password": "..."}.'
        raise Refused(400, "bad_request", text) from None
    is_right = secrets.compare_digest(user["password"].encode(), password)
    if not (is_right and user["key"]):
        raise Refused(401, "wrong_password", "No user has this name and password.")
    now = time.monotonic()
    for ended in [session for session, (_, end) in sessions.items() if end <= now]:
        del sessions[ended]
    session = secrets.token_urlsafe(32)
    sessions[session] = user["key"], now + SESSION_SECONDS
    answer = Response(status_code=204)
    answer.set_cookie("session", session, httponly=True, secure=True, samesite="strict")
    return answer


async def sign_out(request: Request) -> Response:
    """End the session of a request, and remove what the browser has stored of its answers."""
    refuse_other_origins(request)
    sessions.pop(request.cookies.get("session", ""), None)
    answer = Response(status_code=204, headers={"clear-site-data": '"cache"'})
    answer.delete_cookie("session", httponly=True, secure=True, samesite="strict")
    return answer


async def forward(request: Request) -> Response:
    """Send a request to Patron with the key of its session, and stream the answer back."""
    refuse_other_origins(request)
    key, end = sessions.get(request.cookies.get("session", ""), ("", 0.0))
    if time.monotonic() >= end:
        raise Refused(401, "not_signed_in", "Sign in with POST /session.")
    headers = {name: text for name, text in request.headers.items() if name in TO_PATRON}
    path = request.scope["raw_path"] + b"?" + request.scope["query_string"]
    sent = patron.build_request(
        request.method,
        patron.base_url.copy_with(raw_path=path),
        headers={"accept-encoding": "identity", **headers, "authorization": f"Bearer {key}"},
        content=None if request.method in {"GET", "HEAD"} else request.stream(),
    )
    try:
        answer = await patron.send(sent, stream=True)
    except httpx.TransportError:
        raise Refused(503, "unavailable", "Patron does not answer; try again.") from None
    returned = {name: text for name, text in answer.headers.items() if name in TO_BROWSER}
    returned = NOT_STORED | returned
    close = BackgroundTask(answer.aclose)
    return StreamingResponse(answer.aiter_raw(), answer.status_code, returned, background=close)


app = Starlette(
    lifespan=connection,
    exception_handlers={Refused: refuse},
    routes=[
        Route("/session", sign_in, methods=["POST"]),
        Route("/session", sign_out, methods=["DELETE"]),
        Route("/v1/{path:path}", forward, methods=METHODS),
        Mount("/", StaticFiles(directory=os.environ["BFF_PAGES"], html=True)),
    ],
)

"""A backend for front ends: the browser has a session cookie, this backend has the API keys.

uvicorn --app-dir docs/examples bff:app, with the environment variables below.
"""

import json
import os
import secrets
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
TO_PATRON = {"accept", "accept-encoding", "content-length", "content-type", "idempotency-key"}
TO_PATRON |= {"if-match", "if-none-match", "x-request-id"}
TO_BROWSER = {"content-disposition", "content-encoding", "content-length", "content-type", "etag"}
TO_BROWSER |= {"idempotent-replayed", "link", "location", "ratelimit", "ratelimit-policy"}
TO_BROWSER |= {"retry-after", "vary", "x-request-id"}
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]

patron = httpx.AsyncClient(base_url=os.environ["PATRON_URL"], timeout=60)
sessions: dict[str, str] = {}  # the API key of each session; use a store with expiry


@asynccontextmanager
async def connection(_: Starlette) -> AsyncIterator[None]:
    """Close the connections to Patron when the backend ends."""
    async with patron:
        yield


def is_from_own_page(request: Request) -> bool:
    """Return whether a request only reads, or comes from a page of this backend (no CSRF)."""
    return request.method in {"GET", "HEAD"} or request.headers.get("origin") == ORIGIN


async def sign_in(request: Request) -> Response:
    """Start a session; replace the check of the password by your own sign-on."""
    sent = await request.json()
    user = USERS.get(sent["user"], {"password": "", "key": ""})
    is_right = secrets.compare_digest(user["password"].encode(), sent["password"].encode())
    if not (is_from_own_page(request) and is_right and user["key"]):
        return JSONResponse({"code": "not_signed_in"}, 401)
    session = secrets.token_urlsafe(32)
    sessions[session] = user["key"]
    answer = Response(status_code=204)
    answer.set_cookie("session", session, httponly=True, secure=True, samesite="strict")
    return answer


async def forward(request: Request) -> Response:
    """Send a request to Patron with the key of its session, and stream the answer back."""
    key = sessions.get(request.cookies.get("session", ""))
    if key is None or not is_from_own_page(request):
        return JSONResponse({"code": "not_signed_in"}, 401)
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
        return JSONResponse({"code": "unavailable"}, 503, {"Retry-After": "2"})
    returned = {name: text for name, text in answer.headers.items() if name in TO_BROWSER}
    close = BackgroundTask(answer.aclose)
    return StreamingResponse(answer.aiter_raw(), answer.status_code, returned, background=close)


app = Starlette(
    lifespan=connection,
    routes=[
        Route("/session", sign_in, methods=["POST"]),
        Route("/v1/{path:path}", forward, methods=METHODS),
        Mount("/", StaticFiles(directory=os.environ["BFF_PAGES"], html=True)),
    ],
)

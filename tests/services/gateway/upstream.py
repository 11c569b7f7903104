"""A test service behind the gateway: it echoes requests, and some of its paths fail or wait."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from threading import Event

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.errors import Invalid
from shared.http import problems
from shared.http.authentication import RequireIdentity
from shared.http.conditional import answer_to_read
from shared.http.identity import Verifier

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


class Upstream:
    """The test service, and the events that tests wait for.

    `has_begun` is set when a request has reached the service, `cancelled` when the gateway has
    closed the connection of a slow request, `broken_uploads` when it has broken off an upload,
    `revalidated` when a caller asked whether the text it has stored is still the same. The test
    sets `may_continue`.
    """

    def __init__(self) -> None:
        self.cancelled = Event()
        self.broken_uploads = Event()
        self.has_begun = Event()
        self.revalidated = Event()
        self.may_continue = Event()
        self.received = 0

    def app(self, audience: str, public_key_file: Path) -> ASGIApp:
        """Return the ASGI app of the service, which accepts tokens of the gateway only."""
        routes = [
            Route("/v1/imports", self.upload, methods=["POST"]),
            Route("/v1/surveys/{id}/imports", self.upload, methods=["POST"]),
            Route("/v1/customers/slow", self.slow),
            Route("/v1/customers/sleepy", self.sleepy),
            Route("/v1/customers/large", self.large),
            Route("/v1/customers/answer/{status:int}", self.answer, methods=METHODS),
            Route("/v1/customers/moved", self.moved),
            Route("/v1/customers/invalid", self.invalid),
            Route("/v1/customers/bug", self.bug, methods=["POST"]),
            Route("/v1/customers/odd-headers", self.odd_headers),
            Route("/v1/customers/text", self.text),
            Route("/v1/customers/long-link", self.long_link),
            Route("/v1/customers/two-pieces", self.two_pieces),
            Route("/v1/customers/all-headers", self.all_headers),
            Route("/{rest:path}", self.echo, methods=METHODS),
        ]
        verifier = Verifier(audience=audience, public_key_file=public_key_file)
        app = Starlette(routes=routes)
        problems.install(app)
        return _ResponseInterrupter(RequireIdentity(app, verifier=verifier))

    async def echo(self, request: Request) -> Response:
        """Answer with the request as it arrived, and with the identity of its caller."""
        body = await request.body()
        identity = request.state.identity
        return JSONResponse(
            {
                "method": request.method,
                "path": request.scope["raw_path"].decode(),
                "query": request.scope["query_string"].decode(),
                "headers": [
                    [name.decode(), value.decode("latin-1")] for name, value in request.headers.raw
                ],
                "subject": identity.subject,
                "scopes": sorted(identity.scopes),
                "rows": identity.rows,
                "team": identity.team,
                "user": identity.user,
                "body": hashlib.sha256(body).hexdigest(),
                "length": len(body),
            }
        )

    async def upload(self, request: Request) -> Response:
        """Read a file piece by piece and answer with its digest."""
        if request.headers.get("x-refuse"):
            return JSONResponse({"code": "refused"}, 422)
        digest, self.received = hashlib.sha256(), 0
        try:
            async for piece in request.stream():
                digest.update(piece)
                self.received += len(piece)
                self.has_begun.set()
        except ClientDisconnect:
            self.broken_uploads.set()
            raise
        return JSONResponse({"digest": digest.hexdigest(), "length": self.received}, 202)

    async def slow(self, request: Request) -> Response:
        """Wait until the caller has disconnected."""
        self.has_begun.set()
        while (await request.receive())["type"] != "http.disconnect":
            pass
        self.cancelled.set()
        return Response()

    async def sleepy(self, _: Request) -> Response:
        """Answer after 0.2 seconds, longer than the gateway waits before it watches the caller."""
        await asyncio.sleep(0.2)
        return PlainTextResponse("awake")

    async def large(self, request: Request) -> Response:
        """Answer with the requested number of pieces of 64 KiB, without a Content-Length."""

        async def pieces() -> AsyncIterator[bytes]:
            for _ in range(int(request.query_params["pieces"])):
                yield b"x" * 65536

        return StreamingResponse(pieces())

    async def answer(self, request: Request) -> Response:
        """Answer with the status in the path."""
        status = request.path_params["status"]
        return Response(None if status in {204, 304} else b"{}", status, {"X-Own": "1"})

    async def moved(self, request: Request) -> Response:
        """Redirect to an address of this service."""
        return Response(status_code=307, headers={"Location": f"{request.base_url}v1/customers/2"})

    async def invalid(self, _: Request) -> Response:
        """Refuse the request with a problem."""
        raise Invalid

    async def bug(self, _: Request) -> Response:
        """Raise an unexpected exception."""
        raise ZeroDivisionError

    async def odd_headers(self, _: Request) -> Response:
        """Answer with headers that the gateway must not return to the caller."""
        return Response(
            b"{}",
            headers={
                "X-Request-Id": "mine",
                "Keep-Alive": "timeout=5",
                "Connection": "X-Private",
                "X-Private": "1",
                "ETag": '"3"',
            },
        )

    async def text(self, request: Request) -> Response:
        """Answer with a text of the requested length, type and further headers, or with 304."""
        options = dict(request.query_params)
        content = b"x" * int(options.pop("length"))
        if "if-none-match" in request.headers:
            self.revalidated.set()
        headers = {"Content-Type": "application/json", **options}
        return answer_to_read(request, Response(content, headers=headers))

    async def long_link(self, request: Request) -> Response:
        """Answer with a header Link of the requested number of bytes."""
        return Response(b"{}", headers={"Link": "x" * int(request.query_params["bytes"])})

    async def two_pieces(self, _: Request) -> Response:
        """Stream a text in two pieces; the second one waits until the test allows it."""

        async def pieces() -> AsyncIterator[bytes]:
            yield b"first"
            await asyncio.to_thread(self.may_continue.wait, 30)
            yield b"second"

        self.may_continue.clear()
        return StreamingResponse(pieces(), media_type="text/csv")

    async def all_headers(self, _: Request) -> Response:
        """Answer with every header that a service sends to callers."""
        headers = {
            "ETag": '"3"',
            "Idempotent-Replayed": "true",
            "Link": '</v1/customers?cursor=x>; rel="next"',
            "Location": "/v1/customers/17",
            "Retry-After": "2",
        }
        return JSONResponse({}, headers=headers)


class _ResponseInterrupter:
    """Middleware that ends the responses of paths below /v1/customers/break in the middle.

    The headers announce more bytes than the body has. Other requests are passed on to `app`.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith("/v1/customers/break"):
            length = b"10" if scope["path"].endswith("small") else b"1000000"
            await send(
                {
                    "type": "http.response.start",
                    "status": 200,
                    "headers": [(b"content-length", length), (b"content-type", b"text/csv")],
                }
            )
            await send({"type": "http.response.body", "body": b"begun", "more_body": True})
            return
        await self._app(scope, receive, send)

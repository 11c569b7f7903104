"""Carrying one request to a service and its answer back, both as streams."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

import aiohttp
from starlette.types import Receive, Scope, Send

from services.gateway.identity.signer import Signer
from services.gateway.proxy import headers, paths
from services.gateway.proxy.body import Body
from services.gateway.proxy.quota import Quota
from services.gateway.proxy.upstream import Outgoing, Upstream, problem_of
from services.gateway.proxy.watch import watching
from shared import tracing
from shared.errors import Problem
from shared.http.identity import Identity
from shared.logging import logger

SMALL: Final = 64 * 1024
"""Bytes: an answer up to this length is sent in one go."""
PATIENCE: Final = 60.0
"""Seconds for which we wait for a caller to take the next piece of an answer."""

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a caller may send, and how many seconds each piece of it may take."""

    body: int
    seconds: float
    quota: Quota


class Forwarder:
    """Sends callers' requests on, each with a token that says who they are."""

    def __init__(self, upstream: Upstream, signer: Signer, limits: Limits) -> None:
        self._upstream = upstream
        self._signer = signer
        self._limits = limits

    async def __call__(
        self, scope: Scope, receive: Receive, send: Send, identity: Identity, service: str
    ) -> None:
        """Answer a request with what the service answers."""
        body = Body(receive, dict(scope["headers"]), seconds=self._limits.seconds)
        data = await self._data(scope, body, identity)
        outgoing = self._outgoing(scope, identity, service, data)
        if body.ended:
            async with watching(receive):
                await self._exchange(scope, send, outgoing)
        else:
            with self._limits.quota.sending(identity.subject):
                await self._upload(scope, send, outgoing, body)

    async def whole(self, scope: Scope, receive: Receive) -> bytes:
        """Take the body of a request that we answer ourselves."""
        body = Body(receive, dict(scope["headers"]), seconds=self._limits.seconds)
        return await body.whole(limit=self._limits.body)

    async def _data(
        self, scope: Scope, body: Body, identity: Identity
    ) -> bytes | AsyncIterator[bytes] | None:
        if body.ended:
            return None
        if not paths.is_import(scope["method"], scope["raw_path"]):
            return await body.whole(limit=self._limits.body)
        self._limits.quota.check(identity.subject, body.length)
        return body.pieces(count=self._limits.quota.counter(identity.subject))

    def _outgoing(
        self,
        scope: Scope,
        identity: Identity,
        service: str,
        data: bytes | AsyncIterator[bytes] | None,
    ) -> Outgoing:
        onward = headers.onward(scope)
        onward["Authorization"] = self._signer.authorization(identity, service)
        if trace := tracing.current():
            onward["traceparent"] = trace.traceparent
            onward["X-Request-Id"] = trace.request_id or ""
        path, query = scope["raw_path"].decode("ascii"), scope["query_string"].decode("ascii")
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        return Outgoing(service, method, f"{path}?{query}" if query else path, onward, data)

    async def _upload(self, scope: Scope, send: Send, outgoing: Outgoing, body: Body) -> None:
        if body.length is not None:
            outgoing.headers["Content-Length"] = str(body.length)
        try:
            await self._exchange(scope, send, outgoing)
        except Problem:
            if body.failure:
                raise body.failure from None
            raise

    async def _exchange(self, scope: Scope, send: Send, outgoing: Outgoing) -> None:
        answer = await self._upstream.send(outgoing)
        try:
            origin = self._upstream.origin(outgoing.service)
            fields = headers.back(answer.raw_headers, origin=origin)
            start = {"type": "http.response.start", "status": answer.status, "headers": fields}
            await _relay(answer, send, start, headless=scope["method"] == "HEAD")
        finally:
            answer.release()


async def _relay(
    answer: aiohttp.ClientResponse, send: Send, start: dict[str, object], *, headless: bool
) -> None:
    length = answer.content_length
    if length is not None and length <= SMALL:
        content = await _content(answer)
        await send(start)
        await send({"type": "http.response.body", "body": b"" if headless else content})
        return
    await send(start)
    if headless:
        answer.close()
    elif not await _stream(answer, send):
        return
    await send({"type": "http.response.body"})


async def _content(answer: aiohttp.ClientResponse) -> bytes:
    try:
        return await answer.read()
    except (aiohttp.ClientError, TimeoutError) as error:
        raise problem_of(error) from error


async def _stream(answer: aiohttp.ClientResponse, send: Send) -> bool:
    """Pass the body on; False when the service broke off: then so do we, for a caller to see it."""
    try:
        async for piece in answer.content.iter_any():
            async with asyncio.timeout(PATIENCE):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
    except (aiohttp.ClientError, TimeoutError) as error:
        log.warning("upstream.broke_off", reason=repr(error))
        answer.close()
        return False
    return True

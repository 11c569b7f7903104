"""Forwarding of one request to a service and of its answer to the caller, both streamed."""

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

SMALL_ANSWER: Final = 64 * 1024
"""Bytes; an answer up to this length is sent in one piece."""
SEND_SECONDS: Final = 60.0
"""How long to wait for a caller to take the next piece of an answer."""

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of what a caller sends: bytes of a body, seconds for each piece, quota of files."""

    body: int
    seconds: float
    quota: Quota


class Forwarder:
    """Forwards requests to services, each with an identity token of its caller."""

    def __init__(self, upstream: Upstream, signer: Signer, limits: Limits) -> None:
        self._upstream = upstream
        self._signer = signer
        self._limits = limits

    async def __call__(
        self, scope: Scope, receive: Receive, send: Send, identity: Identity, service: str
    ) -> None:
        """Forward a request to a service and send its answer to the caller."""
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
        """Return the body of a request that the gateway answers itself."""
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
        forwarded = headers.forwarded(scope)
        forwarded["Authorization"] = self._signer.authorization(identity, service)
        if trace := tracing.current():
            forwarded["traceparent"] = trace.traceparent
            forwarded["X-Request-Id"] = trace.request_id or ""
        path, query = scope["raw_path"].decode("ascii"), scope["query_string"].decode("ascii")
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        return Outgoing(service, method, f"{path}?{query}" if query else path, forwarded, data)

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
            fields = headers.returned(answer.raw_headers, origin=origin)
            start = {"type": "http.response.start", "status": answer.status, "headers": fields}
            await _relay(answer, send, start, without_body=scope["method"] == "HEAD")
        finally:
            answer.release()


async def _relay(
    answer: aiohttp.ClientResponse, send: Send, start: dict[str, object], *, without_body: bool
) -> None:
    length = answer.content_length
    if length is not None and length <= SMALL_ANSWER:
        content = await _content(answer)
        await send(start)
        await send({"type": "http.response.body", "body": b"" if without_body else content})
        return
    await send(start)
    if without_body:
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
    """Stream the body to the caller; False if the service broke off.

    The answer is then left unfinished, so that the caller notices.
    """
    try:
        async for piece in answer.content.iter_any():
            async with asyncio.timeout(SEND_SECONDS):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
    except (aiohttp.ClientError, TimeoutError) as error:
        log.warning("upstream.broke_off", reason=repr(error))
        answer.close()
        return False
    return True

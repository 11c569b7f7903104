"""Forwarding of a request to a service, and of the service's answer to the caller."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Final

import aiohttp
from starlette.types import Message, Receive, Scope, Send

from services.gateway.identity.signer import Signer
from services.gateway.proxy import headers
from services.gateway.proxy.body import Body
from services.gateway.proxy.quota import Quota
from services.gateway.proxy.upstream import Outgoing, Upstream, problem_of, reason_of
from services.gateway.proxy.watch import watching
from shared import tracing
from shared.errors import Problem
from shared.http.identity import Identity
from shared.http.paths import Paths
from shared.logging import logger

SMALL_ANSWER: Final = 64 * 1024
"""Bytes; an answer up to this length is sent in one piece."""
SEND_SECONDS: Final = 60.0
"""How long to wait for a caller to take the next piece of an answer."""

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of requests: the bytes of a body, the seconds for each piece, the quota of files."""

    body: int
    seconds: float
    quota: Quota


class Forwarder:
    """Forwards requests to services, each with a token that states the identity of the caller.

    The bodies of `uploads` are streamed within a quota; any other body is read completely.
    """

    def __init__(
        self, upstream: Upstream, signer: Signer, limits: Limits, *, uploads: Paths
    ) -> None:
        self._upstream = upstream
        self._signer = signer
        self._limits = limits
        self._uploads = uploads

    async def __call__(
        self, scope: Scope, receive: Receive, send: Send, identity: Identity, service: str
    ) -> None:
        """Forward a request to a service and send its answer to the caller."""
        body = Body(receive, dict(scope["headers"]), seconds=self._limits.seconds)
        if scope["method"] in self._uploads.methods(scope["path"]) and not body.ended:
            await self._upload(scope, send, identity, service, body)
        else:
            content = None if body.ended else await body.whole(limit=self._limits.body)
            outgoing = self._outgoing(scope, identity, service, content)
            async with watching(receive):
                await self._exchange(scope, send, outgoing)

    async def whole(self, scope: Scope, receive: Receive) -> bytes:
        """Return the body of a request that the gateway answers itself."""
        body = Body(receive, dict(scope["headers"]), seconds=self._limits.seconds)
        return await body.whole(limit=self._limits.body)

    def _outgoing(
        self,
        scope: Scope,
        identity: Identity,
        service: str,
        data: bytes | AsyncIterator[bytes] | None,
    ) -> Outgoing:
        """Return the request to the service, with the headers that the gateway adds."""
        headers_to_forward = headers.headers_to_forward(scope)
        headers_to_forward["Authorization"] = self._signer.authorization(identity, service)
        if trace := tracing.current():
            headers_to_forward["traceparent"] = trace.traceparent
            headers_to_forward["X-Request-Id"] = trace.request_id or ""
        path, query = scope["raw_path"].decode("ascii"), scope["query_string"].decode("ascii")
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        return Outgoing(
            service, method, f"{path}?{query}" if query else path, headers_to_forward, data
        )

    async def _upload(
        self, scope: Scope, send: Send, identity: Identity, service: str, body: Body
    ) -> None:
        """Stream a file to a service within the caller's quota, and answer with what is left."""
        quota, subject = self._limits.quota, identity.subject
        try:
            quota.check(subject, body.length)
            pieces = body.pieces(count=quota.counter(subject))
            outgoing = self._outgoing(scope, identity, service, pieces)
            with quota.sending(subject):
                send = _adding(lambda: quota.allowance(subject, ending=1).headers(), send)
                await self._stream_file(scope, send, outgoing, body)
        except Problem as problem:
            problem.headers = quota.allowance(subject).headers() | problem.headers
            raise

    async def _stream_file(self, scope: Scope, send: Send, outgoing: Outgoing, body: Body) -> None:
        """Stream a file to the service; raise the error of the caller if its upload failed."""
        if body.length is not None:
            outgoing.headers["Content-Length"] = str(body.length)
        try:
            await self._exchange(scope, send, outgoing)
        except Problem:
            if body.failure:
                raise body.failure from None
            raise

    async def _exchange(self, scope: Scope, send: Send, outgoing: Outgoing) -> None:
        """Send a request to the service, and its answer to the caller."""
        answer = await self._upstream.send(outgoing)
        try:
            origin = self._upstream.origin(outgoing.service)
            answer_headers = headers.headers_to_return(answer.raw_headers, origin=origin)
            start_message = {
                "type": "http.response.start",
                "status": answer.status,
                "headers": answer_headers,
            }
            await _send_answer(answer, send, start_message, without_body=scope["method"] == "HEAD")
        finally:
            answer.release()


def _adding(added: Callable[[], Mapping[str, str]], send: Send) -> Send:
    """Return a `send` that adds headers to an answer; `added` is called when the answer begins."""

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            encoded = [(name.lower().encode(), text.encode()) for name, text in added().items()]
            message = {**message, "headers": [*message["headers"], *encoded]}
        await send(message)

    return send_with_headers


async def _send_answer(
    answer: aiohttp.ClientResponse,
    send: Send,
    start_message: dict[str, object],
    *,
    without_body: bool,
) -> None:
    """Send the answer of a service to the caller: small ones in one piece, others streamed.

    If the service breaks off a streamed answer, the last message is not sent, so that the caller
    notices. `start_message` is the ASGI message with the status and headers.
    """
    length = answer.content_length
    if length is not None and length <= SMALL_ANSWER:
        content = await _read_answer(answer)
        await send(start_message)
        await send({"type": "http.response.body", "body": b"" if without_body else content})
        return
    await send(start_message)
    if without_body:
        answer.close()
    elif not await _stream_answer(answer, send):
        return
    await send({"type": "http.response.body"})


async def _read_answer(answer: aiohttp.ClientResponse) -> bytes:
    """Return the body of an answer; raises a Problem if the service breaks it off."""
    try:
        return await answer.read()
    except (aiohttp.ClientError, TimeoutError) as error:
        raise problem_of(error) from None


async def _stream_answer(answer: aiohttp.ClientResponse, send: Send) -> bool:
    """Stream the body of an answer to the caller; return False if the service broke it off."""
    try:
        async for piece in answer.content.iter_any():
            async with asyncio.timeout(SEND_SECONDS):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
    except (aiohttp.ClientError, TimeoutError) as error:
        log.warning("upstream.broke_off", reason=reason_of(error))
        answer.close()
        return False
    return True

"""The body of a request: read completely if it is small, or a file that is streamed in pieces."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping

from starlette.types import Receive

from services.gateway.proxy.problems import TooSlow
from shared.errors import TooLarge


class CallerGone(Exception):
    """The caller has closed the connection and does not wait for the answer."""


MIN_BYTES_PER_SECOND = 1024
"""Required average rate since the first byte; a slower sender would occupy a connection."""


class Body:
    """The body of one request, read once; `seconds` is the longest wait for a piece of it."""

    def __init__(self, receive: Receive, headers: Mapping[bytes, bytes], *, seconds: float) -> None:
        self._receive = receive
        self._seconds = seconds
        self._started = time.monotonic()
        self._received_bytes = 0
        stated = headers.get(b"content-length")
        self.length = int(stated) if stated is not None else None
        self.ended = self.length == 0 or (
            self.length is None and b"transfer-encoding" not in headers
        )
        self.failure: Exception | None = None

    async def whole(self, *, limit: int) -> bytes:
        """Return the whole body; TooLarge if its stated or real length is above `limit` bytes."""
        if (self.length or 0) > limit:
            raise _too_large(limit)
        content = bytearray()
        while not self.ended:
            content += await self._piece()
            if len(content) > limit:
                raise _too_large(limit)
        return bytes(content)

    async def pieces(self, *, count: Callable[[int], None]) -> AsyncIterator[bytes]:
        """Yield the body piece by piece; `count` gets the length of each and may raise.

        aiohttp, which sends the pieces on, hides our exception in its own: `failure` keeps ours.
        """
        try:
            while not self.ended:
                piece = await self._piece()
                count(len(piece))
                if piece:
                    yield piece
        except Exception as error:
            self.failure = error
            raise

    async def _piece(self) -> bytes:
        try:
            async with asyncio.timeout(self._timeout()):
                message = await self._receive()
        except TimeoutError as error:
            raise TooSlow(headers={"Connection": "close"}) from error
        if message["type"] == "http.disconnect":
            raise CallerGone
        self.ended = not message.get("more_body", False)
        body: bytes = message.get("body", b"")
        self._received_bytes += len(body)
        return body

    def _timeout(self) -> float:
        """Return how many seconds to wait for the next piece."""
        ahead = self._received_bytes / MIN_BYTES_PER_SECOND - (time.monotonic() - self._started)
        return max(0.0, min(self._seconds, self._seconds + ahead))


def _too_large(limit: int) -> TooLarge:
    return TooLarge(
        detail=f"Send at most {limit} bytes; files go to a path that ends with /imports."
    )

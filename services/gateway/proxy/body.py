"""The body of a request: a small body is read completely, an uploaded file piece by piece."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping

from starlette.types import Receive

from services.gateway.proxy.problems import TooSlow
from shared.errors import TooLarge


class CallerGone(Exception):
    """The caller has closed the connection and does not wait for the answer."""


MIN_BYTES_PER_SECOND = 1024
"""The average rate at which a body must arrive; a slower sender would occupy a connection."""


class Body:
    """The body of one request, which can be read once.

    `seconds` is the longest wait for a piece, `length` the Content-Length (None without it),
    `ended` whether nothing is left to read.
    """

    def __init__(self, receive: Receive, headers: Mapping[bytes, bytes], *, seconds: float) -> None:
        self._receive = receive
        self._seconds = seconds
        self._started = time.monotonic()
        self._received_bytes = 0
        content_length = headers.get(b"content-length")
        self.length = int(content_length) if content_length is not None else None
        self.ended = self.length == 0 or (
            self.length is None and b"transfer-encoding" not in headers
        )
        self.failure: Exception | None = None

    async def whole(self, *, limit: int) -> bytes:
        """Return the whole body.

        Raises TooLarge if the Content-Length or the received length is above `limit` bytes.
        """
        if (self.length or 0) > limit:
            raise _too_large(limit)
        content = bytearray()
        while not self.ended:
            content += await self._piece()
            if len(content) > limit:
                raise _too_large(limit)
        return bytes(content)

    async def pieces(self, *, count: Callable[[int], None]) -> AsyncIterator[bytes]:
        """Yield the body piece by piece; `count` is called with the length of each and may raise.

        aiohttp, which sends the pieces to the service, replaces an exception that is raised here
        with its own. The original exception is stored in `failure`.
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
        """Return the next piece; raises TooSlow, or CallerGone if the caller has disconnected."""
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
        """Return the seconds to wait for the next piece: fewer if the caller is below the rate."""
        seconds_ahead = self._received_bytes / MIN_BYTES_PER_SECOND - (
            time.monotonic() - self._started
        )
        return max(0.0, min(self._seconds, self._seconds + seconds_ahead))


def _too_large(limit: int) -> TooLarge:
    return TooLarge(detail=f"Send at most {limit} bytes; only the two imports take a file.")

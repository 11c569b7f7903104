"""A caller's body: whole and small, or a file that streams through in pieces."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping

from starlette.types import Receive

from services.gateway.proxy.problems import TooSlow
from shared.errors import TooLarge


class CallerGone(Exception):
    """The caller closed the connection; nobody waits for an answer any more."""


LEAST_PACE = 1024
"""Bytes a second, on the average since the first: whoever sends less holds what others need."""


class Body:
    """The body of one request, read once; `seconds` is the longest wait for a piece of it."""

    def __init__(self, receive: Receive, named: Mapping[bytes, bytes], *, seconds: float) -> None:
        self._receive = receive
        self._seconds = seconds
        self._began = time.monotonic()
        self._taken = 0
        stated = named.get(b"content-length")
        self.length = int(stated) if stated is not None else None
        self.ended = self.length == 0 or (self.length is None and b"transfer-encoding" not in named)
        self.failure: Exception | None = None

    async def whole(self, *, limit: int) -> bytes:
        """Take a body of at most `limit` bytes, stated or counted as they come."""
        if (self.length or 0) > limit:
            raise _too_large(limit)
        taken = bytearray()
        while not self.ended:
            taken += await self._piece()
            if len(taken) > limit:
                raise _too_large(limit)
        return bytes(taken)

    async def pieces(self, *, count: Callable[[int], None]) -> AsyncIterator[bytes]:
        """Give the body piece by piece; `count` is told of each and may refuse it.

        Whoever sends the pieces wraps our exceptions in its own: the first is kept as `failure`.
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
            async with asyncio.timeout(self._patience()):
                message = await self._receive()
        except TimeoutError as error:
            raise TooSlow(headers={"Connection": "close"}) from error
        if message["type"] == "http.disconnect":
            raise CallerGone
        self.ended = not message.get("more_body", False)
        body: bytes = message.get("body", b"")
        self._taken += len(body)
        return body

    def _patience(self) -> float:
        """Tell how long to wait for the next piece."""
        ahead = self._taken / LEAST_PACE - (time.monotonic() - self._began)
        return max(0.0, min(self._seconds, self._seconds + ahead))


def _too_large(limit: int) -> TooLarge:
    return TooLarge(
        detail=f"Send at most {limit} bytes; files go to a path that ends with /imports."
    )

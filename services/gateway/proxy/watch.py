"""Noticing that a caller leaves while their answer is being made."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from starlette.types import Receive

from services.gateway.proxy.body import CallerGone

WATCH_AFTER: Final = 0.05
"""Seconds before the watch begins: most answers are faster and never pay for it."""


class Watch:
    """Cancels the task that made it when the caller disconnects, until it is ended."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._task = asyncio.current_task()
        self._timer = asyncio.get_running_loop().call_later(WATCH_AFTER, self._begin)
        self._watcher: asyncio.Task[None] | None = None
        self.gone = False

    def _begin(self) -> None:
        self._watcher = asyncio.create_task(self._wait())

    async def _wait(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.gone = True
        if self._task:
            self._task.cancel()

    def end(self) -> None:
        """Stop watching."""
        self._timer.cancel()
        if self._watcher:
            self._watcher.cancel()


@asynccontextmanager
async def watching(receive: Receive) -> AsyncIterator[None]:
    """End the work inside with CallerGone when the caller disconnects."""
    watch = Watch(receive)
    try:
        yield
    except asyncio.CancelledError:
        if watch.gone:
            raise CallerGone from None
        raise
    finally:
        watch.end()

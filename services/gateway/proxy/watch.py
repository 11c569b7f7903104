"""Detection of a caller who disconnects before the answer is ready."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from starlette.types import Receive

from services.gateway.proxy.body import CallerGone

WATCH_AFTER: Final = 0.05
"""Seconds until the watch begins; most requests are answered sooner and need no watch."""


class Watch:
    """Cancels the task that created the watch if the caller disconnects before `end` is called."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._task = asyncio.current_task()
        self._timer = asyncio.get_running_loop().call_later(WATCH_AFTER, self._begin)
        self._watcher: asyncio.Task[None] | None = None
        self.is_gone = False

    def _begin(self) -> None:
        """Start a task that waits until the caller disconnects."""
        self._watcher = asyncio.create_task(self._wait())

    async def _wait(self) -> None:
        """Wait until the caller disconnects, then cancel the watched task."""
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.is_gone = True
        if self._task:
            self._task.cancel()

    def end(self) -> None:
        """Stop watching."""
        self._timer.cancel()
        if self._watcher:
            self._watcher.cancel()


@asynccontextmanager
async def watching(receive: Receive) -> AsyncIterator[None]:
    """Raise CallerGone inside the `with` block when the caller disconnects."""
    watch = Watch(receive)
    try:
        yield
    except asyncio.CancelledError:
        if watch.is_gone:
            raise CallerGone from None
        raise
    finally:
        watch.end()

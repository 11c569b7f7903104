"""An HTTP server for the duration of a test: uvicorn on a free port, in a thread."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from starlette.types import ASGIApp

WAIT_SECONDS = 10


@contextmanager
def serve(app: ASGIApp, *, port: int = 0, **config: Any) -> Iterator[str]:
    """Serve an ASGI application on a port of 127.0.0.1, 0 for any free one, and yield its URL."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        settings: dict[str, Any] = {"ws": "none", "lifespan": "auto", "log_config": None} | config
        # a factory, because uvicorn calls anything else to see whether it is ASGI 2
        server = uvicorn.Server(uvicorn.Config(lambda: app, factory=True, **settings))
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        try:
            _wait_until_started(server, thread)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(WAIT_SECONDS)


def _wait_until_started(server: uvicorn.Server, thread: threading.Thread) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise RuntimeError("The server did not start.")
        time.sleep(0.005)  # noqa: TID251  polls until a deadline

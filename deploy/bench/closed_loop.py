"""Load generator of the read benchmark: `python -m deploy.bench.closed_loop` prints JSON.

The arguments are URL, AUTHORIZATION (the header's value), CONNECTIONS and SECONDS. The load is a
closed loop: each connection sends its next GET when it has received the answer to the last one. The
generator implements only the part of HTTP/1.1 that it needs, so that it uses far less CPU than the
server that it measures.
"""

import asyncio
import json
import os
import sys
import time
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

import uvloop

_OK = b"HTTP/1.1 200"
_END = b"\r\n\r\n"
_LENGTH = b"content-length:"


@dataclass
class Tally:
    """The number of answers on all connections so far, and the time of the last request."""

    deadline: float
    answered: int = 0
    failed: int = 0
    open_connections: int = 0


class Connection(asyncio.Protocol):
    """A connection that repeats one request until the deadline."""

    def __init__(self, request: bytes, tally: Tally, closed: asyncio.Event) -> None:
        self._request = request
        self._tally = tally
        self._closed = closed
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first request."""
        self._transport = cast("asyncio.Transport", transport)
        self._tally.open_connections += 1
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        """Once an answer is complete, count it; then send the next request or close."""
        self._received += data
        if not _is_complete(self._received):
            return
        if self._received.startswith(_OK):
            self._tally.answered += 1
        else:
            self._tally.failed += 1
        self._received = b""
        if time.perf_counter() < self._tally.deadline:
            self._transport.write(self._request)
        else:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Count a broken connection as a failure; end the run if no connection is open any more."""
        self._tally.failed += exc is not None
        self._tally.open_connections -= 1
        if self._tally.open_connections == 0:
            self._closed.set()


def _is_complete(answer: bytes) -> bool:
    """Return whether a response is complete, judged by its Content-Length or its last chunk."""
    head, separator, body = answer.partition(_END)
    if not separator:
        return False
    for line in head.lower().split(b"\r\n"):
        if line.startswith(_LENGTH):
            return len(body) >= int(line[len(_LENGTH) :])
    return body.endswith(b"0" + _END)


async def _run(url: str, authorization: str, connections: int, seconds: float) -> Tally:
    """Send requests for `seconds` on so many connections, and return the numbers of answers."""
    parts = urlsplit(url)
    lines = [f"GET {parts.path} HTTP/1.1", f"Host: {parts.netloc}"]
    lines += [f"Authorization: {authorization}"] if authorization else []
    request = "\r\n".join([*lines, "", ""]).encode()
    tally, closed = Tally(time.perf_counter() + seconds), asyncio.Event()
    loop = asyncio.get_running_loop()
    for _ in range(connections):
        await loop.create_connection(
            lambda: Connection(request, tally, closed), str(parts.hostname), parts.port or 80
        )
    await closed.wait()
    return tally


def main() -> None:
    """Send requests from one CPU; print answers per second and the CPU share of this process."""
    url, authorization, connections, seconds = sys.argv[1:]
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    began, cpu = time.perf_counter(), time.process_time()
    tally = uvloop.run(_run(url, authorization, int(connections), float(seconds)))
    seconds_taken = time.perf_counter() - began
    result = {
        "rate": tally.answered / seconds_taken,
        "failed": tally.failed,
        "generator_cpu_share": (time.process_time() - cpu) / seconds_taken,
    }
    json.dump(result, sys.stdout)


if __name__ == "__main__":
    main()

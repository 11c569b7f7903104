"""Load generator of reads: so many connections, each sending its next GET when it has the answer.

`python -m deploy.bench.closed_loop URL AUTHORIZATION CONNECTIONS SECONDS` prints JSON. It speaks
just enough HTTP/1.1 to cost far less than what it measures.
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
    """What came back so far, and until when to ask."""

    deadline: float
    answered: int = 0
    failed: int = 0
    open: int = 0


class Connection(asyncio.Protocol):
    """One connection that keeps asking."""

    def __init__(self, request: bytes, tally: Tally, closed: asyncio.Event) -> None:
        self._request = request
        self._tally = tally
        self._closed = closed
        self._seen = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._tally.open += 1
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._seen += data
        if not _whole(self._seen):
            return
        if self._seen.startswith(_OK):
            self._tally.answered += 1
        else:
            self._tally.failed += 1
        self._seen = b""
        if time.perf_counter() < self._tally.deadline:
            self._transport.write(self._request)
        else:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._tally.failed += exc is not None
        self._tally.open -= 1
        if self._tally.open == 0:
            self._closed.set()


def _whole(answer: bytes) -> bool:
    """Tell whether an answer has ended, by its length or its last chunk."""
    head, end, body = answer.partition(_END)
    if not end:
        return False
    for line in head.lower().split(b"\r\n"):
        if line.startswith(_LENGTH):
            return len(body) >= int(line[len(_LENGTH) :])
    return body.endswith(b"0" + _END)


async def _run(url: str, authorization: str, connections: int, seconds: float) -> Tally:
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
    """Ask from the last CPU that we may use, and tell requests a second and our own CPU share."""
    url, authorization, connections, seconds = sys.argv[1:]
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    began, cpu = time.perf_counter(), time.process_time()
    tally = uvloop.run(_run(url, authorization, int(connections), float(seconds)))
    took = time.perf_counter() - began
    told = {
        "rate": tally.answered / took,
        "failed": tally.failed,
        "generator_cpu_share": (time.process_time() - cpu) / took,
    }
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()

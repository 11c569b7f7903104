"""The gateway's ear: uvicorn's HTTP protocol, with an end to everything that a caller can draw out.

uvicorn bounds neither the size of headers nor the time they take, and answers what it cannot read
in plain text.
"""

from asyncio import BaseTransport, TimerHandle, Transport
from typing import Any, ClassVar, Final, cast

from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from services.gateway.proxy.problems import HeadersTooLarge, TooSlow
from services.gateway.settings import Settings
from shared.errors import BadRequest, Problem
from shared.http.problems import MEDIA_TYPE, problem_json
from shared.logging import logger

LONGEST_LINE: Final = 8192 + 64
"""Bytes of a request line: the longest path that is read, a method and a version."""
UNREAD: Final = 32 * 1024 * 1024
"""Bytes of a refused body that are read and dropped, so that its sender can read the refusal."""
UNREAD_SECONDS: Final = 15.0

LINGER_SECONDS: Final = 2.0
"""For how long a refused caller may go on sending: hanging up at once would lose the refusal."""

log = logger(__name__)


class GuardedProtocol(HttpToolsProtocol):
    """Refuses headers that are too large, too slow or not HTTP, each with a problem+json."""

    header_limit: ClassVar[int]
    header_seconds: ClassVar[float]

    _deadline: TimerHandle | None = None
    _head = 0
    _in_head = True
    _unread = 0
    _refused = False

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(cast(Transport, transport))
        self._set_deadline(self.header_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        self._clear_deadline()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        super().data_received(data)
        if self._in_head:
            self._head += len(data)
            if self._head > self.header_limit + LONGEST_LINE:
                self._refuse(HeadersTooLarge())

    def on_message_begin(self) -> None:
        self._in_head, self._head, self._unread = True, 0, 0
        if self._deadline is None:
            self._set_deadline(self.header_seconds)
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._clear_deadline()
        size = sum(len(name) + len(value) + 4 for name, value in self.headers)
        if size > self.header_limit:
            self._refuse(HeadersTooLarge(detail=f"Send at most {self.header_limit} bytes."))
        else:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        if self._refused:
            return
        if self.cycle.response_complete:
            self._drop(len(body))
        super().on_body(body)

    def on_message_complete(self) -> None:
        if self._refused:
            return
        if self.cycle.response_complete:
            self._clear_deadline()
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        self._refuse(BadRequest(detail=msg))

    def _unsupported_upgrade_warning(self) -> None:
        """Stay silent: the door refuses upgrades itself."""

    def _drop(self, size: int) -> None:
        if self._deadline is None:
            self._set_deadline(UNREAD_SECONDS)
        self._unread += size
        if self._unread > UNREAD:
            self.transport.abort()

    def _set_deadline(self, seconds: float) -> None:
        self._clear_deadline()
        self._deadline = self.loop.call_later(seconds, self._end)

    def _clear_deadline(self) -> None:
        if self._deadline:
            self._deadline.cancel()
            self._deadline = None

    def _end(self) -> None:
        self._deadline = None
        if self._refused or not self._in_head:
            self.transport.abort()
        elif self._head:
            self._refuse(TooSlow(detail="Send the headers sooner."))
        else:
            self.transport.close()

    def _refuse(self, problem: Problem) -> None:
        """Answer what never becomes a request, and hang up; behind an unfinished answer, after it.

        A request whose own body broke off gets no answer: it may be any request.
        """
        if self._refused:
            return
        self._refused = True
        log.info("request.refused", status=problem.status, code=problem.kind)
        busy: RequestResponseCycle | None = self.cycle
        if busy is None or busy.response_complete:
            body = problem_json(problem)
            head = b"content-type: %b\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % (
                MEDIA_TYPE.encode(),
                len(body),
            )
            self.transport.write(STATUS_LINE[problem.status] + head + body)
            self.transport.write_eof()
            self._set_deadline(LINGER_SECONDS)
        elif busy.more_body:
            self.transport.close()
        else:
            busy.keep_alive = False


def server_options(settings: Settings) -> dict[str, Any]:
    """Tell uvicorn to listen with the limits of the settings, and to believe known edges alone."""
    limits = {
        "header_limit": settings.header_limit_bytes,
        "header_seconds": settings.header_seconds,
    }
    return {
        "http": type("LimitedProtocol", (GuardedProtocol,), limits),
        "ws": "none",
        "proxy_headers": settings.trusted_edges is not None,
        "forwarded_allow_ips": settings.trusted_edges,
    }

"""uvicorn's HTTP protocol with limits on the size and the duration of what a caller sends.

uvicorn limits neither the size of headers nor the time in which they arrive, so a caller could
occupy a connection for ever. uvicorn also answers invalid HTTP in plain text; this protocol answers
it with a problem (application/problem+json).
"""

from asyncio import BaseTransport, TimerHandle, Transport
from collections.abc import Collection
from typing import Any, ClassVar, Final, cast

import httptools
from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from services.gateway import cors, invalid_http
from services.gateway.proxy import paths
from services.gateway.proxy.problems import HeadersTooLarge, TooSlow
from services.gateway.settings import Settings
from shared import tracing
from shared.errors import Problem
from shared.http.pagination import LONGEST_CURSOR
from shared.http.problems import MEDIA_TYPE, problem_json
from shared.ids import new_id
from shared.logging import logger

LONGEST_LINE: Final = paths.MAX_LENGTH + LONGEST_CURSOR + 64
"""Bytes of a request line: the longest accepted path, a cursor, a method and a version."""
UNREAD_LIMIT: Final = 32 * 1024 * 1024
"""Bytes of a refused body that are read and discarded, so that its sender can read the refusal."""
UNREAD_SECONDS: Final = 15.0
"""How long the rest of such a body may take to arrive."""

LINGER_SECONDS: Final = 2.0
"""How long a refused caller may go on sending; closing at once would lose the refusal."""

log = logger(__name__)


class GuardedProtocol(HttpToolsProtocol):
    """An HTTP connection that refuses a request whose headers are too large, too slow or not HTTP.

    A subclass sets the limits, `header_limit` in bytes and `header_seconds`, and the origins of the
    pages that may read a refusal.
    """

    header_limit: ClassVar[int]
    header_seconds: ClassVar[float]
    cors_origins: ClassVar[Collection[str]]

    _deadline: TimerHandle | None = None
    _header_bytes = 0
    _in_headers = True
    _discarded_bytes = 0
    _refused = False

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(cast(Transport, transport))
        self._set_deadline(self.header_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        self._clear_deadline()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse the next bytes of the caller; refuse the request when its headers are too large."""
        if self._refused:
            return
        self._unset_keepalive_if_required()
        self._parse(data)
        if self._in_headers:
            # The bytes include the request line, which `header_limit` does not limit.
            self._header_bytes += len(data)
            if self._header_bytes > self.header_limit + LONGEST_LINE:
                self._refuse(HeadersTooLarge())

    def _parse(self, data: bytes) -> None:
        """Parse bytes, and refuse them if they are not HTTP.

        The parser stops behind the headers of a request for an upgrade, and would take its body
        for the bytes of another protocol. No upgrade is done (RFC 9110, section 7.8): the headers
        are parsed again without Upgrade.
        """
        while data and not self._refused:
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as stop:
                data = self._headers_without_upgrade() + data[stop.args[0] :]
                self._renew_parser()
            except httptools.HttpParserError as error:
                self._refuse(invalid_http.explained(error))
            else:
                return

    def _headers_without_upgrade(self) -> bytes:
        """Return the request line and the headers of the current request without Upgrade."""
        version = self.parser.get_http_version().encode()
        lines = [b"%b %b HTTP/%b" % (self.parser.get_method(), self.url, version)]
        lines += [b"%b: %b" % header for header in self.headers if header[0] != b"upgrade"]
        return b"\r\n".join([*lines, b"", b""])

    def _renew_parser(self) -> None:
        """Replace the parser, which reads nothing more after headers with `Connection: close`."""
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn sets it

    def on_message_begin(self) -> None:
        """Begin a request: reset the counts, and limit the time in which its headers arrive."""
        self._in_headers, self._header_bytes, self._discarded_bytes = True, 0, 0
        if self._deadline is None:
            self._set_deadline(self.header_seconds)
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Store a header; trailers, which follow the body, are ignored."""
        if self._in_headers:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Pass the request on to the app, or refuse it.

        Nothing is done yet for an upgrade: its headers are parsed again.
        """
        refusal = self._refusal()
        if refusal is None and self.parser.should_upgrade():
            return
        self._in_headers = False
        self._clear_deadline()
        if refusal:
            self._refuse(refusal)
        else:
            super().on_headers_complete()

    def _refusal(self) -> Problem | None:
        """Return the refusal of a request by its headers."""
        if sum(len(name) + len(value) + 4 for name, value in self.headers) > self.header_limit:
            return HeadersTooLarge(detail=f"Send at most {self.header_limit} bytes.")
        method, version = self.parser.get_method(), self.parser.get_http_version()
        return invalid_http.unsupported(method, version, self.headers)

    def on_body(self, body: bytes) -> None:
        """Pass a piece of the body on; count it if the request is answered already."""
        if self._refused:
            return
        if self.cycle.response_complete:
            self._discard(len(body))
        super().on_body(body)

    def on_message_complete(self) -> None:
        """End the request, and the wait for the rest of an answered request."""
        if self._refused or self._in_headers:
            return
        if self.cycle.response_complete:
            self._clear_deadline()
        super().on_message_complete()

    def _discard(self, size: int) -> None:
        """Count bytes that arrive after the answer; abort the connection if they are too many."""
        if self._deadline is None:
            self._set_deadline(UNREAD_SECONDS)
        self._discarded_bytes += size
        if self._discarded_bytes > UNREAD_LIMIT:
            self.transport.abort()

    def _set_deadline(self, seconds: float) -> None:
        self._clear_deadline()
        self._deadline = self.loop.call_later(seconds, self._time_is_up)

    def _clear_deadline(self) -> None:
        if self._deadline:
            self._deadline.cancel()
            self._deadline = None

    def _time_is_up(self) -> None:
        """End a connection at its deadline; answer 408 first if it has begun to send headers."""
        self._deadline = None
        if self._refused or not self._in_headers:
            self.transport.abort()
        elif self._header_bytes:
            self._refuse(TooSlow(detail="Send the headers sooner."))
        else:
            self.transport.close()

    def _refuse(self, problem: Problem) -> None:
        """Answer an invalid request with a problem, and close the connection.

        If the previous request is still being answered, the connection is closed after its answer.
        If the body of the previous request is incomplete, nothing is answered, because the invalid
        bytes may belong to that body.
        """
        if self._refused:
            return
        self._refused = True
        request_id = str(new_id())
        tracing.start(request_id=request_id)
        log.info("request.refused", status=problem.status, code=problem.code)
        previous: RequestResponseCycle | None = self.cycle
        if previous is None or previous.response_complete:
            self._write_refusal(problem, request_id)
        elif previous.more_body:
            self.transport.close()
        else:
            previous.keep_alive = False

    def _write_refusal(self, problem: Problem, request_id: str) -> None:
        """Write the answer to an invalid request; the caller may read it for some seconds."""
        body = problem_json(problem)
        origin = dict(self.headers or ()).get(b"origin", b"").decode("latin-1")
        headers = {
            "Content-Type": MEDIA_TYPE,
            "Content-Length": len(body),
            "Connection": "close",
            "X-Request-Id": request_id,
            **cors.headers_for(origin, self.cors_origins),
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self.transport.write(STATUS_LINE[problem.status] + lines.encode("latin-1") + b"\r\n" + body)
        self.transport.write_eof()
        self._set_deadline(LINGER_SECONDS)


def server_options(settings: Settings) -> dict[str, Any]:
    """Return the options of uvicorn: the limits of requests, and the proxies that are trusted."""
    attributes = {
        "header_limit": settings.header_limit_bytes,
        "header_seconds": settings.header_seconds,
        "cors_origins": settings.cors_origins,
    }
    return {
        "http": type("LimitedProtocol", (GuardedProtocol,), attributes),
        "ws": "none",
        "proxy_headers": settings.trusted_edges is not None,
        "forwarded_allow_ips": settings.trusted_edges,
    }

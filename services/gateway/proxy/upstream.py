"""Connections to the services behind the gateway; failures are raised as problems."""

import os
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from services.gateway.proxy.problems import BadGateway, GatewayTimeout
from shared.errors import Problem, Unavailable
from shared.logging import logger

RETRY = {"Retry-After": "2"}
KEEPALIVE_SECONDS = 4.0
"""How long an idle connection is kept; services keep it longer, so it is not closed while used."""
HEADER_BYTES = 32 * 1024
"""The longest header of an answer, several times as long as the longest Link to a next page."""
_NOT_ADDED = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")
"""Headers that aiohttp would add to a request that does not have them."""
_UNREADABLE = (
    "The service's answer cannot be read. The same request gets no other answer; report the "
    "`request_id`."
)

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request to a service; `path` includes the query."""

    service: str
    method: str
    path: str
    headers: CIMultiDict[str]
    body: bytes | AsyncIterator[bytes] | None


class Upstream:
    """Sends requests to services by name."""

    def __init__(self, addresses: Mapping[str, str], *, seconds: float, connections: int) -> None:
        self._addresses = addresses
        self._connections = connections
        self._timeout = aiohttp.ClientTimeout(
            total=None, connect=seconds, sock_connect=min(seconds, 2.0), sock_read=seconds
        )
        self._session: aiohttp.ClientSession | None = None

    def origin(self, service: str) -> str:
        """Return the address of a service."""
        return self._addresses[service]

    async def send(self, outgoing: Outgoing) -> aiohttp.ClientResponse:
        """Send a request and return the answer once its headers have arrived.

        Raises Unavailable, GatewayTimeout or BadGateway.
        """
        try:
            return await self._open_session().request(
                outgoing.method,
                URL(self._addresses[outgoing.service] + outgoing.path, encoded=True),
                headers=outgoing.headers,
                data=outgoing.body,
                allow_redirects=False,
            )
        except (aiohttp.ClientError, TimeoutError) as error:
            log.warning("upstream.failed", to=outgoing.service, reason=reason_of(error))
            raise problem_of(error) from None

    def _open_session(self) -> aiohttp.ClientSession:
        """Return the session, which is opened at the first request."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=self._connections, keepalive_timeout=KEEPALIVE_SECONDS, ttl_dns_cache=30
                ),
                timeout=self._timeout,
                auto_decompress=False,
                cookie_jar=aiohttp.DummyCookieJar(),
                skip_auto_headers=_NOT_ADDED,
                max_line_size=HEADER_BYTES,
                max_field_size=HEADER_BYTES,
            )
        return self._session

    async def close(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()
            self._session = None


def reason_of(error: BaseException) -> str:
    """Return the classes of an exception and its causes, and the meaning of an operating error.

    The texts of aiohttp's exceptions have the URL and the headers of the request: the query, with
    personal data, and the token. They must not be logged or attached to what is logged.
    """
    name = type(error).__name__
    if isinstance(error, OSError) and error.errno:
        name += f" ({os.strerror(error.errno)})"
    return f"{name} from {reason_of(error.__cause__)}" if error.__cause__ else name


def problem_of(error: Exception) -> Problem:
    """Return the problem with which to answer after a failed exchange with a service."""
    if isinstance(error, aiohttp.ClientConnectorError):
        return Unavailable(detail="The service cannot be reached; try again.", headers=RETRY)
    if isinstance(error, TimeoutError):
        return GatewayTimeout(headers=RETRY)
    if isinstance(error, aiohttp.ClientResponseError):
        return BadGateway(detail=_UNREADABLE)
    return BadGateway(headers=RETRY)

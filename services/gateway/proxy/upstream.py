"""The services behind the gateway, as one connection pool that says in problems what went wrong."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from services.gateway.proxy.problems import BadGateway, GatewayTimeout
from shared.errors import Problem, Unavailable
from shared.logging import logger

AGAIN = {"Retry-After": "2"}
KEPT_IDLE = 4.0
"""Seconds: less than a service keeps an idle connection, so that none is used as it closes."""
_NO_DEFAULTS = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request as it goes to a service; `path` holds the query too."""

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
        """Give the address at which a service answers."""
        return self._addresses[service]

    async def send(self, outgoing: Outgoing) -> aiohttp.ClientResponse:
        """Send a request; the answer's headers have arrived when this returns."""
        try:
            return await self._open_session().request(
                outgoing.method,
                URL(self._addresses[outgoing.service] + outgoing.path, encoded=True),
                headers=outgoing.headers,
                data=outgoing.body,
                allow_redirects=False,
            )
        except (aiohttp.ClientError, TimeoutError) as error:
            log.warning("upstream.failed", to=outgoing.service, reason=repr(error))
            raise problem_of(error) from error

    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=self._connections, keepalive_timeout=KEPT_IDLE, ttl_dns_cache=30
                ),
                timeout=self._timeout,
                auto_decompress=False,
                cookie_jar=aiohttp.DummyCookieJar(),
                skip_auto_headers=_NO_DEFAULTS,
            )
        return self._session

    async def close(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()
            self._session = None


def problem_of(error: Exception) -> Problem:
    """Tell a caller what a failed exchange with a service means for them."""
    if isinstance(error, aiohttp.ClientConnectorError):
        return Unavailable(detail="The service cannot be reached; try again.", headers=AGAIN)
    if isinstance(error, TimeoutError):
        return GatewayTimeout(headers=AGAIN)
    return BadGateway(headers=AGAIN)

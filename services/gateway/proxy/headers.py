"""The headers that are forwarded to a service, and those of its answer that reach the caller.

Hop-by-hop headers (RFC 9110, 7.6.1) concern one connection and are not forwarded. Headers that say
who calls, from where and in which trace are set by the gateway; the caller's are dropped.
"""

from collections.abc import Iterable
from typing import Final

from multidict import CIMultiDict
from starlette.types import Scope

Headers = list[tuple[bytes, bytes]]

_HOP_BY_HOP: Final = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
_SET_BY_GATEWAY: Final = frozenset(
    {
        b"authorization",
        b"content-length",
        b"expect",
        b"forwarded",
        b"host",
        b"traceparent",
        b"x-forwarded-for",
        b"x-forwarded-host",
        b"x-forwarded-port",
        b"x-forwarded-prefix",
        b"x-forwarded-proto",
        b"x-real-ip",
        b"x-request-id",
    }
)
_NOT_FORWARDED: Final = _HOP_BY_HOP | _SET_BY_GATEWAY
_NOT_RETURNED: Final = _HOP_BY_HOP | {b"date", b"server", b"x-request-id"}


def forwarded(scope: Scope) -> CIMultiDict[str]:
    """Return the caller's headers for a service, with the address and host that they came from."""
    sent: Headers = scope["headers"]
    by_name = dict(sent)
    dropped = (
        _NOT_FORWARDED | _names(by_name[b"connection"])
        if b"connection" in by_name
        else _NOT_FORWARDED
    )
    headers = CIMultiDict(
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, value in sent
        if name not in dropped
    )
    headers["X-Forwarded-For"] = scope["client"][0] if scope["client"] else "unknown"
    headers["X-Forwarded-Proto"] = scope["scheme"]
    headers["X-Forwarded-Host"] = by_name.get(b"host", b"").decode("latin-1")
    return headers


def returned(received: Iterable[tuple[bytes, bytes]], *, origin: str) -> Headers:
    """Return the headers of a service's answer for the caller, with lower-case names.

    `origin`, the internal address of the service, is removed from Location.
    """
    lowered = [(name.lower(), value) for name, value in received]
    by_name = dict(lowered)
    dropped = (
        _NOT_RETURNED | _names(by_name[b"connection"])
        if b"connection" in by_name
        else _NOT_RETURNED
    )
    return [
        (name, value.removeprefix(origin.encode()) if name == b"location" else value)
        for name, value in lowered
        if name not in dropped
    ]


def _names(connection: bytes) -> frozenset[bytes]:
    return frozenset(name.strip().lower() for name in connection.split(b","))

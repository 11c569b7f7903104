"""What of a caller's headers reaches a service, and what of a service's reaches the caller.

Hop-by-hop headers (RFC 9110, 7.6.1) concern one connection and go no further. What says who calls,
from where, and in which trace is ours to say: the caller's word for it is dropped.
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
_OURS_TO_SAY: Final = frozenset(
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
_NOT_ONWARD: Final = _HOP_BY_HOP | _OURS_TO_SAY
_NOT_BACK: Final = _HOP_BY_HOP | {b"date", b"server", b"x-request-id"}


def onward(scope: Scope) -> CIMultiDict[str]:
    """Give the caller's headers that a service may see, and say where they came from."""
    given: Headers = scope["headers"]
    named = dict(given)
    dropped = _NOT_ONWARD | _names(named[b"connection"]) if b"connection" in named else _NOT_ONWARD
    kept = CIMultiDict(
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, value in given
        if name not in dropped
    )
    kept["X-Forwarded-For"] = scope["client"][0] if scope["client"] else "unknown"
    kept["X-Forwarded-Proto"] = scope["scheme"]
    kept["X-Forwarded-Host"] = named.get(b"host", b"").decode("latin-1")
    return kept


def back(given: Iterable[tuple[bytes, bytes]], *, origin: str) -> Headers:
    """Give a service's headers that the caller may see; `origin` is the address we know it by."""
    lowered = [(name.lower(), value) for name, value in given]
    named = dict(lowered)
    dropped = _NOT_BACK | _names(named[b"connection"]) if b"connection" in named else _NOT_BACK
    return [
        (name, value.removeprefix(origin.encode()) if name == b"location" else value)
        for name, value in lowered
        if name not in dropped
    ]


def _names(connection: bytes) -> frozenset[bytes]:
    return frozenset(name.strip().lower() for name in connection.split(b","))

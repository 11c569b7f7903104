"""The request headers that a service gets, and the answer headers that the caller gets.

Hop-by-hop headers (RFC 9110, section 7.6.1) concern one connection and are not forwarded. The
gateway sets the headers that state the caller's identity, address and trace, and drops those that
the caller sent.
"""

from collections.abc import Iterable
from typing import Final

from multidict import CIMultiDict
from starlette.types import Scope

Headers = list[tuple[bytes, bytes]]

_HOP_BY_HOP: Final = frozenset(
    {
        b"connection",
        b"http2-settings",
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


def headers_to_forward(scope: Scope) -> CIMultiDict[str]:
    """Return the request headers for a service; X-Forwarded-For has the caller's address."""
    sent: Headers = scope["headers"]
    by_name = dict(sent)
    dropped = _NOT_FORWARDED
    if b"connection" in by_name:
        dropped |= _named_in_connection(sent)
    headers = CIMultiDict(
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, value in sent
        if name not in dropped
    )
    headers["X-Forwarded-For"] = scope["client"][0] if scope["client"] else "unknown"
    headers["X-Forwarded-Proto"] = scope["scheme"]
    headers["X-Forwarded-Host"] = by_name.get(b"host", b"").decode("latin-1")
    return headers


def headers_to_return(received: Iterable[tuple[bytes, bytes]], *, origin: str) -> Headers:
    """Return the headers of a service's answer that the caller gets, with lower-case names.

    `origin`, the internal address of the service, is removed from the header Location.
    """
    lowered = [(name.lower(), value) for name, value in received]
    dropped = _NOT_RETURNED | _named_in_connection(lowered)
    return [
        (name, value.removeprefix(origin.encode()) if name == b"location" else value)
        for name, value in lowered
        if name not in dropped
    ]


def _named_in_connection(headers: Headers) -> frozenset[bytes]:
    """Return the header names that the Connection headers list, which are not forwarded either."""
    lists = [value.split(b",") for name, value in headers if name == b"connection"]
    return frozenset(name.strip().lower() for names in lists for name in names)

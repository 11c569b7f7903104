"""The answers to bytes that are not the HTTP/1.1 that the gateway reads."""

import re
from collections.abc import Iterable
from typing import Final

import httptools

from shared.errors import BadRequest

_METHOD: Final = (
    "The method is unknown, or not in capital letters. Send GET, HEAD, POST, PUT, PATCH, DELETE or "
    "OPTIONS."
)
_CONNECT: Final = "This server is no proxy and has no method CONNECT. Send the request itself."
_VERSION: Final = "Speak HTTP/1.1 here; a proxy in front of this server may speak HTTP/2 and TLS."
_LENGTH: Final = (
    "The length of the body is not clear. Send either one header Content-Length with a whole "
    "number, or Transfer-Encoding: chunked."
)
_CODING: Final = (
    "Bodies are read as they are or in chunks. Send HTTP/1.1 with a Content-Length, or with "
    "Transfer-Encoding: chunked alone; gzip and other codings are not read."
)
_HEADER: Final = (
    "A header cannot be read. Write each on one line as `Name: value`, with letters, digits and "
    "hyphens in the name and without control characters in the value."
)
_TARGET: Final = (
    "This is not valid HTTP. Percent-encode the path and the query as UTF-8: send ?q=%E8%8B%8F, "
    "not ?q=苏 (encodeURIComponent in JavaScript)."
)
_OTHER: Final = "This is not valid HTTP. Send a request as RFC 9112 describes it."

_ADVICE: Final = {
    "method": _METHOD,
    "PRI|Invalid HTTP version": _VERSION,
    "Transfer-Encoding`": _CODING,
    "Content-Length|Transfer-Encoding": _LENGTH,
    "header": _HEADER,
    "url|Expected HTTP/": _TARGET,
}
"""What to write instead, by a pattern of the parser's (llhttp) texts; the first match counts."""


def explained(error: httptools.HttpParserError) -> BadRequest:
    """Return the refusal of bytes that the parser cannot read."""
    matching = (advice for pattern, advice in _ADVICE.items() if re.search(pattern, str(error)))
    return BadRequest(detail=next(matching, _OTHER))


def unsupported(
    method: bytes, version: str, headers: Iterable[tuple[bytes, bytes]]
) -> BadRequest | None:
    """Return the refusal of a request that the parser reads, but whose body it may read wrongly.

    The parser takes a body in `gzip, chunked` for a plain one, and what follows CONNECT for no
    body. `headers` have lower-case names.
    """
    if method == b"CONNECT":
        return BadRequest(detail=_CONNECT)
    codings = [value.strip().lower() for name, value in headers if name == b"transfer-encoding"]
    if codings and (codings != [b"chunked"] or version != "1.1"):
        return BadRequest(detail=_CODING)
    return None

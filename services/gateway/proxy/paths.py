"""The service that answers a path, and the refusal of paths that are ambiguous."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_to_bytes

from services.gateway.proxy.problems import (
    BROKEN_ESCAPE,
    CONTROL_CHARACTER,
    DOT_SEGMENT,
    EMPTY_SEGMENT,
    ENCODED_SLASH,
    NOT_A_PATH,
    NOT_ASCII,
)
from shared.errors import BadRequest, Fault
from shared.faults import TOO_LONG
from shared.http.faults import NOT_UTF8
from shared.http.pagination import LONGEST_CURSOR, escaped

RESPONDENTS_PREFIX: Final = b"/s/"
"""The beginning of the paths of respondents' pages, which need no API key."""
MAX_LENGTH: Final = 8192
"""Bytes of path and escaped query, without the cursor that the header Link of a page adds."""

_COLLECTION = re.compile(rb"/v1/([a-z][a-z-]{0,62})(?=/|\Z)")
_CURSOR = re.compile(rb"(?:\A|&)cursor=[^&]{0,%d}(?=&|\Z)" % LONGEST_CURSOR)
_REFUSED = re.compile(
    rb"(?P<empty_segment>//)"
    rb"|(?P<dot_segment>(?:/|%2[fF])\.\.?(?:/|%2[fF]|\Z)|%2[eE])"
    rb"|(?P<encoded_slash>\\|%2[fF](?=[^/]*/)|\A/[^/]*(?:/[^/]*)?%2[fF]|%5[cC])"
    rb"|(?P<control_character>[\x00-\x20\x7f-\xff]|%[01][0-9a-fA-F]|%7[fF])"
    rb"|(?P<broken_escape>%(?![0-9a-fA-F]{2}))"
)
_CODES = {
    code.name: code
    for code in (EMPTY_SEGMENT, DOT_SEGMENT, ENCODED_SLASH, CONTROL_CHARACTER, BROKEN_ESCAPE)
}


@dataclass(frozen=True, slots=True)
class Target:
    """The service that answers a path, and the first path segment after /v1: `customers`."""

    service: str
    collection: str


def check(raw_path: bytes, query: bytes) -> None:
    """Raise BadRequest for a path or query that is too long or ambiguous.

    Two programs could read an ambiguous path differently, for instance one with `..`. A slash in
    the last segment, `%2F`, belongs to an id such as `SO/2026/0001`; elsewhere it is refused.
    """
    if len(raw_path) + len(escaped(_CURSOR.sub(b"", query, count=1))) > MAX_LENGTH:
        advice = "Keep path and query to {max} bytes, with special characters percent-encoded."
        raise BadRequest(Fault("path", TOO_LONG, advice, max=MAX_LENGTH))
    if match := _REFUSED.search(raw_path):
        raise BadRequest(Fault("path", _CODES[str(match.lastgroup)]))
    if not raw_path.startswith(b"/"):
        raise BadRequest(Fault("path", NOT_A_PATH))
    if not query.isascii():
        raise BadRequest(Fault("query", NOT_ASCII))
    _check_text("path", raw_path)
    _check_text("query", query)


def _check_text(name: str, encoded: bytes) -> None:
    """Raise BadRequest if the text is not UTF-8: a service would replace invalid bytes silently."""
    try:
        unquote_to_bytes(encoded).decode()
    except UnicodeDecodeError as error:
        raise BadRequest(Fault(name, NOT_UTF8)) from error


def find_target(raw_path: bytes, service_of: Mapping[str, str]) -> Target | None:
    """Return the target of a path that `check` has accepted, or None if no service owns it.

    `service_of` maps the first segment after /v1 to the name of a service.
    """
    match = _COLLECTION.match(raw_path)
    if match is None:
        return None
    collection = match[1].decode()
    service = service_of.get(collection)
    return None if service is None else Target(service, collection)

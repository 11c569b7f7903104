"""The service that answers a path, and the refusal of paths that are ambiguous."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_to_bytes

from shared.errors import BadRequest, Fault

RESPONDENTS_PREFIX: Final = b"/s/"
"""The beginning of the paths of respondents' pages, which need no API key."""
MAX_LENGTH: Final = 8192

_COLLECTION = re.compile(rb"/v1/([a-z][a-z-]{0,62})(?=/|\Z)")
_REFUSED = re.compile(
    rb"(?P<empty_segment>//)"
    rb"|(?P<dot_segment>/\.\.?(?:/|\Z)|%2[eE])"
    rb"|(?P<encoded_slash>\\|%2[fF]|%5[cC])"
    rb"|(?P<control_character>[\x00-\x20\x7f-\xff]|%[01][0-9a-fA-F]|%7[fF])"
    rb"|(?P<broken_escape>%(?![0-9a-fA-F]{2}))"
)
_ADVICE = {
    "empty_segment": "Write one slash between two segments.",
    "dot_segment": "Write the path without the segments . and ..",
    "encoded_slash": "A segment has no slash; look such an id up by the filter external_id.",
    "control_character": "Percent-encode the text as UTF-8; control characters are refused.",
    "broken_escape": "Write two hexadecimal digits after each percent sign.",
}


@dataclass(frozen=True, slots=True)
class Target:
    """The service that answers a path, and the first path segment after /v1: `customers`."""

    service: str
    collection: str


def check(raw_path: bytes, query: bytes) -> None:
    """Raise BadRequest for a path or query that is too long or ambiguous.

    Two programs could read an ambiguous path differently, for instance one with `..` or `%2F`.
    """
    if len(raw_path) + len(query) > MAX_LENGTH:
        raise BadRequest(
            Fault("path", "too_long", f"Keep path and query under {MAX_LENGTH} bytes.")
        )
    if match := _REFUSED.search(raw_path):
        code = str(match.lastgroup)
        raise BadRequest(Fault("path", code, _ADVICE[code]))
    if not raw_path.startswith(b"/"):
        raise BadRequest(Fault("path", "not_a_path", "Ask for a path that begins with a slash."))
    if not query.isascii():
        raise BadRequest(Fault("query", "not_ascii", "Percent-encode the query as UTF-8."))
    _check_text("path", raw_path)
    _check_text("query", query)


def _check_text(name: str, encoded: bytes) -> None:
    """Raise BadRequest if the text is not UTF-8: a service would replace invalid bytes silently."""
    try:
        unquote_to_bytes(encoded).decode()
    except UnicodeDecodeError as error:
        raise BadRequest(Fault(name, "not_utf8", "Percent-encode the text as UTF-8.")) from error


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


def is_import(method: str, raw_path: bytes) -> bool:
    """Return whether a request uploads a file (POST to `.../imports`), whose body may be large."""
    return method == "POST" and raw_path.endswith(b"/imports")

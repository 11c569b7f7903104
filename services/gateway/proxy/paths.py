"""Where a path leads, and the paths that no honest client sends."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_to_bytes

from shared.errors import BadRequest, Fault

RESPONDENTS: Final = b"/s/"
"""Respondents' pages: the one part of a service that is open to everybody."""
LONGEST: Final = 8192

_NOUN = re.compile(rb"/v1/([a-z][a-z-]{0,62})(?=/|\Z)")
_REFUSED = re.compile(
    rb"(?P<empty_segment>//)"
    rb"|(?P<dot_segment>/\.\.?(?:/|\Z)|%2[eE])"
    rb"|(?P<encoded_slash>\\|%2[fF]|%5[cC])"
    rb"|(?P<control_character>[\x00-\x20\x7f-\xff]|%[01][0-9a-fA-F]|%7[fF])"
    rb"|(?P<broken_escape>%(?![0-9a-fA-F]{2}))"
)
_ADVICE = {
    "empty_segment": "Write one slash between two segments.",
    "dot_segment": "Write the path out, without . and .. segments.",
    "encoded_slash": "A segment holds no slash; look such an id up with the filter external_id.",
    "control_character": "Percent-encode the text as UTF-8; control characters are not taken.",
    "broken_escape": "Follow each percent sign by two hexadecimal digits.",
}


@dataclass(frozen=True, slots=True)
class Target:
    """The service that a path belongs to, and by which noun."""

    service: str
    noun: str


def check(raw_path: bytes, query: bytes) -> None:
    """Refuse a path that two programs could read in two ways, before anything acts on it."""
    if len(raw_path) + len(query) > LONGEST:
        raise BadRequest(Fault("path", "too_long", f"Keep path and query under {LONGEST} bytes."))
    if found := _REFUSED.search(raw_path):
        code = str(found.lastgroup)
        raise BadRequest(Fault("path", code, _ADVICE[code]))
    if not raw_path.startswith(b"/"):
        raise BadRequest(Fault("path", "not_a_path", "Ask for a path that begins with a slash."))
    if not query.isascii():
        raise BadRequest(Fault("query", "not_ascii", "Percent-encode the query as UTF-8."))
    _check_text("path", raw_path)
    _check_text("query", query)


def _check_text(place: str, encoded: bytes) -> None:
    """Refuse what would be read as text with marks for what could not be read."""
    try:
        unquote_to_bytes(encoded).decode()
    except UnicodeDecodeError as error:
        raise BadRequest(Fault(place, "not_utf8", "Percent-encode the text as UTF-8.")) from error


def find(raw_path: bytes, table: Mapping[str, str]) -> Target | None:
    """Tell which service answers a checked path, by its first segment after /v1 alone."""
    named = _NOUN.match(raw_path)
    if named is None:
        return None
    noun = named[1].decode()
    service = table.get(noun)
    return None if service is None else Target(service, noun)


def is_import(method: str, raw_path: bytes) -> bool:
    """Tell whether a body may be large: files come in at paths that end with the noun imports."""
    return method == "POST" and raw_path.endswith(b"/imports")

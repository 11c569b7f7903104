"""Conditional requests: the ETag of an answer, 304 for If-None-Match, and the version in If-Match.

The ETag of a JSON answer contains a digest of its body and, before it, the version of the resource
if it has one: `"3-9f86d081884c7d65"`. Two answers with the same tag are the same bytes
(docs/decisions/0023).
"""

import hashlib
import re
from collections.abc import Iterable
from typing import Any, Final

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Message

CACHE_CONTROL: Final = "private, no-cache"
"""Answers to GET belong to their caller: no shared cache may store them, and a browser must ask
with If-None-Match before it shows a stored answer again."""
NOT_STORED: Final = {"Cache-Control": "no-store"}
"""The header of an answer that carries a secret: nobody stores it, and the gateway does not
compress it, because the length of a compressed answer helps to guess a secret in it."""
NOT_MODIFIED: Final = 304

VERSIONED_TAG: Final = r'(W/)?"([0-9]{1,18})(-[^"]*)?"'
"""The regular expression of the ETag of a resource with a version, which is the second group."""

ANY_VERSION: Final = "*"
"""What If-Match names instead of an ETag, if any version may be changed."""

_DIGEST_BYTES: Final = 8
_TAG: Final = re.compile(r'(?:W/)?("[^"]*")')
_SENT_WITH_304: Final = ("Cache-Control", "Vary")
_INHERITED: Final = (
    "type",
    "asgi",
    "http_version",
    "scheme",
    "server",
    "client",
    "root_path",
    "path",
    "raw_path",
)
"""What `current_tag` copies from the scope of the other request to the scope of its GET."""
_OF_THE_OTHER_REQUEST: Final = (b"if-", b"content-", b"transfer-encoding", b"idempotency-key")
"""How the names of headers begin that `current_tag` leaves out of its GET."""

ETAG_HEADER: Final[dict[str, Any]] = {
    "description": "Identifies this answer; send it as If-None-Match to learn whether it has "
    "changed, and as If-Match to change a resource that takes PATCH.",
    "schema": {"type": "string"},
    "example": '"3-9f86d081884c7d65"',
}
_IF_NONE_MATCH: Final[dict[str, Any]] = {
    "name": "if-none-match",
    "in": "header",
    "required": False,
    "description": "The ETag of an answer that you have; if nothing has changed since, the answer "
    "is 304. Browsers send it by themselves.",
    "schema": {"type": "string"},
}
"""It has no example: the page /docs would send the example with every request."""
_UNCHANGED: Final[dict[str, Any]] = {
    "description": "Nothing has changed since the answer with this ETag; there is no body.",
    "headers": {"ETag": ETAG_HEADER},
}


def entity_tag(body: bytes, version: int | None = None) -> str:
    """Return the ETag of an answer with this body, of a resource with this version."""
    digest = hashlib.blake2b(body, digest_size=_DIGEST_BYTES).hexdigest()
    return f'"{digest}"' if version is None else f'"{version}-{digest}"'


def version_in(if_match: str) -> int | None:
    """Return the version in a header If-Match, or None if it is not one tag with a version.

    What follows the version, and whether the tag is weak (`W/"3"`), does not matter: compressing
    proxies change tags in both ways, and the version says all about the resource.
    """
    match = re.fullmatch(VERSIONED_TAG, if_match.strip())
    return int(match[2]) if match else None


def answer_to_read(request: Request, response: Response) -> Response:
    """Return the response to a GET with its ETag, or 304 if the caller has this answer already.

    A streamed body has no ETag, because it is not known before it is sent.
    """
    if request.method != "GET" or response.status_code != 200:  # noqa: PLR2004  OK
        return response
    response.headers.setdefault("Cache-Control", CACHE_CONTROL)
    if isinstance(response, StreamingResponse):
        return response
    tag = response.headers.setdefault("ETag", entity_tag(bytes(response.body)))
    stored = _stored_tag(request.headers.getlist("If-None-Match"), tag)
    if stored is None:
        return response
    headers = {name: response.headers[name] for name in _SENT_WITH_304 if name in response.headers}
    return Response(status_code=NOT_MODIFIED, headers={"ETag": stored, **headers})


def describe_read(operation: dict[str, Any]) -> None:
    """Describe the ETag, If-None-Match and 304 of a GET in the OpenAPI document."""
    answer = operation["responses"].get("200", {})
    if "application/json" in answer.get("content", {}):
        answer.setdefault("headers", {})["ETag"] = ETAG_HEADER
        operation["responses"][str(NOT_MODIFIED)] = dict(_UNCHANGED)
        operation.setdefault("parameters", []).append(_IF_NONE_MATCH)


def _stored_tag(if_none_match: Iterable[str], tag: str) -> str | None:
    """Return the tag of the answer that the caller has stored, or None if it has to be sent.

    The tag is returned as the caller has it, weak or strong: by it a cache finds the answer.
    """
    for header in if_none_match:
        if header.strip() == "*":
            return tag
        for sent in _TAG.finditer(header):
            if sent[1] == tag.removeprefix("W/"):
                return sent[0]
    return None


async def current_tag(request: Request) -> str | None:
    """Return the ETag with which the app answers a GET of the path of a request to its caller.

    Returns None if such a GET is not answered with 200.
    """
    tag = None

    async def note_tag(message: Message) -> None:
        nonlocal tag
        if message["type"] == "http.response.start" and message["status"] == 200:  # noqa: PLR2004  OK
            tag = Headers(raw=list(message["headers"])).get("ETag")

    headers = [
        (name, value)
        for name, value in request.scope["headers"]
        if not name.startswith(_OF_THE_OTHER_REQUEST)
    ]
    inherited = {name: request.scope[name] for name in _INHERITED if name in request.scope}
    state = dict(request.scope["state"])
    scope = {**inherited, "method": "GET", "query_string": b"", "headers": headers, "state": state}
    await request.app(scope, _no_body, note_tag)
    return tag


async def _no_body() -> Message:
    """Return the empty body of a GET."""
    return {"type": "http.request", "body": b"", "more_body": False}

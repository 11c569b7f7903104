"""The media types of request bodies: which ones a route reads, and what is refused."""

import re
from typing import Final

from fastapi.params import Form
from fastapi.routing import APIRoute
from starlette.requests import Request

from shared.errors import UnsupportedMediaType

MULTIPART: Final = "multipart/form-data"
FORMS: Final = (MULTIPART, "application/x-www-form-urlencoded")
_JSON: Final = "application/json"
_JSON_SUFFIX: Final = re.compile(r"application/[^\s/]+\+json")
_OF_PATCH: Final = (_JSON, "application/merge-patch+json")
_CHARSET: Final = re.compile(r";\s*charset\s*=\s*\"?([^\s\";]*)", re.IGNORECASE)
_UTF8: Final = frozenset({"utf-8", "utf8", "us-ascii"})
_PLAIN: Final = frozenset({"", "identity"})


def media_type_of(request: Request) -> str:
    """Return the media type of the body in lower case, without parameters such as `charset`."""
    return _media_type(request.headers.get("content-type", ""))


def _media_type(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def media_types_of_route(route: APIRoute) -> tuple[str, ...]:
    """Return the media types that the body of a route may have; () if the route has no body."""
    if route.body_field is None:
        return ()
    if isinstance(route.body_field.field_info, Form):
        return FORMS
    return _OF_PATCH if "PATCH" in (route.methods or ()) else (_JSON,)


def check_body_headers(request: Request, media_types: tuple[str, ...]) -> None:
    """Raise UnsupportedMediaType for a body that the route would read wrongly.

    That is a body of another media type, in another character set than UTF-8, or compressed. JSON
    may also have a type that ends with +json; in a PATCH only that of a JSON Merge Patch, because
    other types are other ways to describe a change.
    """
    has_body = request.headers.get("content-length", "0") != "0"
    if not has_body and "transfer-encoding" not in request.headers:
        return
    if request.headers.get("content-encoding", "").strip().lower() not in _PLAIN:
        detail = "Send the body uncompressed, without the header Content-Encoding."
        raise UnsupportedMediaType(detail=detail, headers={"Accept-Encoding": "identity"})
    content_type = request.headers.get("content-type", "")
    sent = _media_type(content_type)
    if sent not in media_types and not (media_types == (_JSON,) and _JSON_SUFFIX.fullmatch(sent)):
        raise UnsupportedMediaType(detail=f"Send Content-Type: {' or '.join(media_types)}.")
    charset = _CHARSET.search(content_type)
    if charset and charset[1].lower() not in _UTF8:
        raise UnsupportedMediaType(detail="Send the body in UTF-8, without another charset.")

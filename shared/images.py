"""Small image files that pages contain as data: URIs."""

import base64
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

_SVG: Final = "{http://www.w3.org/2000/svg}svg"
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_JPEG: Final = b"\xff\xd8\xff"


def data_uri(path: Path, *, limit: int) -> str:
    """Return an image file (PNG, JPEG, WebP or SVG) as a data: URI.

    Raises ValueError if the file cannot be read, has more than `limit` bytes, or is no such image.
    """
    try:
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except OSError as error:
        raise ValueError(f"the file cannot be read: {error.strerror}") from None
    if len(content) > limit:
        raise ValueError(f"the file has more than {limit} bytes; use a smaller image")
    media_type = _media_type(content)
    if media_type is None:
        raise ValueError("the file is no PNG, JPEG, WebP or SVG image")
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"


def _media_type(content: bytes) -> str | None:
    """Return the media type of an image, or None if the content is none of the four."""
    if content.startswith(_PNG):
        return "image/png"
    if content.startswith(_JPEG):
        return "image/jpeg"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "image/webp"
    return "image/svg+xml" if _is_svg(content) else None


def _is_svg(content: bytes) -> bool:
    """Return whether the content is an XML document whose root is the element svg."""
    try:
        return bool(fromstring(content).tag == _SVG)
    except (ParseError, DefusedXmlException, ValueError):
        return False

import base64
from pathlib import Path

import pytest

from shared.images import data_uri

SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'
PNG = b"\x89PNG\r\n\x1a\n\x00\x00"


def stored(tmp_path: Path, content: bytes) -> Path:
    """Store the content in a file and return its path."""
    path = tmp_path / "logo"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg"),
        (b"RIFF\x1a\x00\x00\x00WEBPVP8 ", "image/webp"),
        (SVG, "image/svg+xml"),
    ],
)
def test_an_image_becomes_a_data_uri_of_its_type(
    tmp_path: Path, content: bytes, media_type: str
) -> None:
    uri = data_uri(stored(tmp_path, content), limit=len(content))
    assert uri == f"data:{media_type};base64,{base64.b64encode(content).decode()}"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a",
        b"<html/>",
        b"<svg/>",
        b"RIFF\x1a\x00\x00\x00WAVEfmt ",
        b'<!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg">&a;</svg>',
        b'<svg xmlns="http://www.w3.org/2000/svg">',
    ],
)
def test_a_file_that_is_no_image_of_a_known_type_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(ValueError, match="no PNG, JPEG, WebP or SVG"):
        data_uri(stored(tmp_path, content), limit=1000)


def test_a_file_above_the_limit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="more than 9 bytes"):
        data_uri(stored(tmp_path, PNG), limit=len(PNG) - 1)


def test_a_file_that_does_not_exist_is_refused_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="No such file"):
        data_uri(tmp_path / "nothing", limit=1000)

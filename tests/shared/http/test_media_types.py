"""Tests of media types: which bodies a route reads; tests of problems show the answers."""

from typing import Annotated

import pytest
from fastapi import Body
from fastapi.routing import APIRoute
from starlette.requests import Request

from shared.errors import UnsupportedMediaType
from shared.http.media_types import check_body_headers, media_type_of, media_types_of_route

JSON = ("application/json",)


def request(**headers: str) -> Request:
    """Return a request with these headers; `_` in a name stands for `-`."""
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "headers": raw})


@pytest.mark.parametrize(
    ("content_type", "media_type"),
    [
        ("Multipart/Form-Data; boundary=X", "multipart/form-data"),
        ("application/json ;charset=utf-8", "application/json"),
        ("", ""),
    ],
)
def test_a_media_type_is_in_lower_case_and_without_parameters(
    content_type: str, media_type: str
) -> None:
    assert media_type_of(request(content_type=content_type)) == media_type


def test_a_request_without_a_content_type_has_no_media_type() -> None:
    assert media_type_of(request()) == ""


@pytest.mark.parametrize("headers", [{}, {"content_length": "0"}])
def test_a_request_without_a_body_needs_no_content_type(headers: dict[str, str]) -> None:
    check_body_headers(request(**headers), JSON)


@pytest.mark.parametrize("headers", [{"content_length": "2"}, {"transfer_encoding": "chunked"}])
def test_a_body_needs_a_content_type(headers: dict[str, str]) -> None:
    with pytest.raises(UnsupportedMediaType, match=r"^Send Content-Type: application/json\.$"):
        check_body_headers(request(**headers), JSON)


@pytest.mark.parametrize(
    "headers",
    [
        {"content_type": "application/json"},
        {"content_type": "application/json; charset=UTF-8", "content_encoding": " Identity "},
        {"content_type": 'application/json; Charset="utf8"'},
        {"content_type": "application/vnd.notes+json"},
    ],
)
def test_json_in_utf8_is_read(headers: dict[str, str]) -> None:
    check_body_headers(request(content_length="2", **headers), JSON)


@pytest.mark.parametrize(
    ("headers", "detail"),
    [
        ({"content_encoding": "gzip"}, "Send the body uncompressed, without the header "),
        ({"content_type": "application/json; charset=gbk"}, "Send the body in UTF-8, without "),
        ({"content_type": "text/plain"}, "Send Content-Type: application/json."),
    ],
)
def test_another_body_is_refused_with_what_to_send(headers: dict[str, str], detail: str) -> None:
    with pytest.raises(UnsupportedMediaType, match=f"^{detail}"):
        check_body_headers(
            request(content_length="2", **{"content_type": "application/json"} | headers), JSON
        )


def test_a_compressed_body_is_refused_with_the_encoding_that_is_accepted() -> None:
    with pytest.raises(UnsupportedMediaType) as refused:
        check_body_headers(request(content_length="2", content_encoding="gzip"), JSON)
    assert refused.value.headers == {"Accept-Encoding": "identity"}


def test_only_a_patch_reads_a_merge_patch() -> None:
    async def read(body: Annotated[dict[str, str], Body()]) -> None: ...

    post, patch = (APIRoute("/", read, methods=[method]) for method in ("POST", "PATCH"))
    assert media_types_of_route(post) == JSON
    assert media_types_of_route(patch) == (*JSON, "application/merge-patch+json")


def test_a_json_type_with_a_suffix_is_no_merge_patch() -> None:
    patch = (*JSON, "application/merge-patch+json")
    with pytest.raises(UnsupportedMediaType, match=r"json or application/merge-patch\+json\.$"):
        check_body_headers(
            request(content_length="2", content_type="application/vnd.notes+json"), patch
        )

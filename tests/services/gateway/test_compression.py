"""Tests of compression: answers are compressed if the caller asks, unless they carry a secret."""

import gzip
import zlib

import httpx
import pytest

from services.gateway.compression import SMALLEST, accepts_gzip
from tests.services.gateway.conftest import Gateway

TEXT = "/v1/customers/text?length=5000"


def get(gateway: Gateway, path: str, encoding: str = "gzip", **headers: str) -> httpx.Response:
    """Get a path with this Accept-Encoding."""
    return gateway.client.get(path, headers={"Accept-Encoding": encoding, **headers})


def raw(gateway: Gateway, path: str, encoding: str) -> tuple[httpx.Headers, bytes]:
    """Return the headers and the body of an answer as they were sent."""
    headers = {"Accept-Encoding": encoding}
    with gateway.client.stream("GET", path, headers=headers) as answer:
        return answer.headers, b"".join(answer.iter_raw())


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("gzip", True),
        ("GZIP", True),
        ("x-gzip", True),
        ("gzip, deflate, br, zstd", True),
        ("br;q=1.0, gzip;q=0.8, *;q=0.1", True),
        ("*", True),
        ("*;q=0.5, identity;q=0", True),
        ("gzip ; q=0.5", True),
        ("", False),
        ("br", False),
        ("gzip;q=0", False),
        ("gzip;q=0.0, *", False),
        ("identity, gzip;q=0.5", False),
        ("*;q=0", False),
        ("gzip;q=much", False),
        ("gzipped", False),
    ],
)
def test_gzip_is_accepted_by_its_weight(accepted: str, *, expected: bool) -> None:
    assert accepts_gzip([(b"accept-encoding", accepted.encode())]) is expected


def test_several_headers_are_read_as_one_list() -> None:
    assert accepts_gzip([(b"accept-encoding", b"br"), (b"accept-encoding", b"gzip")])
    assert not accepts_gzip([(b"accept", b"gzip")])


def test_a_long_text_is_compressed_if_the_caller_asks(gateway: Gateway) -> None:
    headers, body = raw(gateway, TEXT, "gzip")
    assert headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(body) == b"x" * 5000
    assert len(body) < 100
    assert "Content-Length" not in headers


@pytest.mark.parametrize("encoding", ["identity", "br", "gzip;q=0"])
def test_a_text_is_sent_as_it_is_if_the_caller_does_not_ask(
    gateway: Gateway, encoding: str
) -> None:
    headers, body = raw(gateway, TEXT, encoding)
    assert "Content-Encoding" not in headers
    assert (headers["Content-Length"], body) == ("5000", b"x" * 5000)


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
@pytest.mark.parametrize("path", [TEXT, "/v1/customers/1", "/v1/nothing", "/docs"])
def test_answers_vary_by_the_accepted_encoding(gateway: Gateway, encoding: str, path: str) -> None:
    assert get(gateway, path, encoding).headers.get_list("Vary") == ["Accept-Encoding"]


@pytest.mark.parametrize(("length", "is_compressed"), [(SMALLEST - 1, False), (SMALLEST, True)])
def test_a_short_text_is_not_compressed(
    gateway: Gateway, length: int, *, is_compressed: bool
) -> None:
    answer = get(gateway, f"/v1/customers/text?length={length}")
    assert ("Content-Encoding" in answer.headers) is is_compressed


@pytest.mark.parametrize("secret", ["no-store", "private, no-store"])
def test_an_answer_that_carries_a_secret_is_never_compressed(gateway: Gateway, secret: str) -> None:
    answer = get(gateway, f"{TEXT}&Cache-Control={secret}")
    assert "Content-Encoding" not in answer.headers
    assert answer.headers["Content-Length"] == "5000"


def test_the_text_of_a_new_key_is_neither_stored_nor_compressed(gateway: Gateway) -> None:
    body = {"name": "n" * 200, "scopes": ["read"]}
    for _ in range(2):
        answer = gateway.client.post("/v1/api-keys", json=body, headers={"Idempotency-Key": "1"})
        assert answer.json()["key"]
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("options", ["Content-Type=image/png", "Content-Encoding=br"])
def test_what_is_no_text_or_compressed_already_is_sent_as_it_is(
    gateway: Gateway, options: str
) -> None:
    headers, body = raw(gateway, f"{TEXT}&{options}", "gzip")
    assert headers.get("Content-Encoding") != "gzip"
    assert body == b"x" * 5000


def test_the_etag_of_a_compressed_answer_is_weak_and_both_forms_are_answered_with_304(
    gateway: Gateway,
) -> None:
    tags = {encoding: get(gateway, TEXT, encoding).headers["ETag"] for encoding in ("gzip", "br")}
    assert tags["gzip"] == f"W/{tags['br']}"
    for tag in tags.values():
        unchanged = get(gateway, TEXT, **{"If-None-Match": tag})
        assert (unchanged.status_code, unchanged.content) == (304, b"")
        assert (unchanged.headers["ETag"], unchanged.headers["Vary"]) == (tag, "Accept-Encoding")
        assert "Content-Encoding" not in unchanged.headers


def test_a_streamed_answer_is_compressed_completely(gateway: Gateway) -> None:
    path = "/v1/customers/text?length=5000000"
    headers, body = raw(gateway, path, "gzip")
    assert headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(body) == b"x" * 5_000_000


def test_a_piece_that_has_arrived_is_sent_before_the_next_one_arrives(gateway: Gateway) -> None:
    headers = {"Accept-Encoding": "gzip"}
    with gateway.client.stream("GET", "/v1/customers/two-pieces", headers=headers) as answer:
        pieces, decompressor = answer.iter_raw(), zlib.decompressobj(31)
        received = b""
        while received != b"first":
            received += decompressor.decompress(next(pieces))
        gateway.upstream.may_continue.set()
        received += b"".join(map(decompressor.decompress, pieces))
    assert (received, decompressor.eof) == (b"firstsecond", True)


def test_an_answer_that_a_service_breaks_off_is_broken_off_for_the_caller(
    gateway: Gateway,
) -> None:
    headers = {"Accept-Encoding": "gzip"}
    with gateway.client.stream("GET", "/v1/customers/break", headers=headers) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        with pytest.raises(httpx.RemoteProtocolError):
            answer.read()


def test_head_has_the_headers_of_the_compressed_answer(gateway: Gateway) -> None:
    get_headers, _ = raw(gateway, TEXT, "gzip")
    head = gateway.client.head(TEXT, headers={"Accept-Encoding": "gzip"})
    assert (head.status_code, head.content) == (200, b"")
    for name in ("Content-Encoding", "ETag", "Vary", "Content-Type"):
        assert head.headers[name] == get_headers[name]


@pytest.mark.parametrize(
    "path", ["/openapi.json", "/asyncapi.json", "/docs", "/docs/swagger-ui-bundle.js"]
)
def test_a_document_is_compressed_and_answered_with_304(gateway: Gateway, path: str) -> None:
    plain_headers, plain = raw(gateway, path, "identity")
    headers, body = raw(gateway, path, "gzip")
    assert (gzip.decompress(body), len(body) < len(plain)) == (plain, True)
    assert (headers["Content-Encoding"], headers["Content-Length"]) == ("gzip", str(len(body)))
    assert headers["ETag"] == f"W/{plain_headers['ETag']}"
    for tag in (headers["ETag"], plain_headers["ETag"]):
        unchanged = httpx.get(gateway.url + path, headers={"If-None-Match": tag})
        assert (unchanged.status_code, unchanged.content) == (304, b"")
        assert unchanged.headers["Cache-Control"] == headers["Cache-Control"]


def test_a_picture_of_the_page_is_sent_as_it_is(gateway: Gateway) -> None:
    headers, body = raw(gateway, "/docs/favicon.png", "gzip")
    assert "Content-Encoding" not in headers
    assert body.startswith(b"\x89PNG")

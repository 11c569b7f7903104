"""Tests of paths: ambiguous paths are refused, and each path belongs to one service."""

import re
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.proxy import paths
from services.gateway.proxy.paths import Target
from shared.errors import BadRequest
from shared.http.pagination import LONGEST_CURSOR, PageRequest, link_header

SERVICE_OF = {"customers": "registry", "api-keys": "gateway"}


@pytest.mark.parametrize(
    "path",
    [
        b"//v1/customers",
        b"/v1//customers",
        b"/v1/customers//",
        b"/v1/../admin",
        b"/v1/customers/..",
        b"/v1/customers/.",
        b"/./v1/customers",
        b"/v1/%2e%2e/customers",
        b"/v1/customers/%2E%2E/api-keys",
        b"/v1/customers/.%2e/x",
        b"/v1/customers%2F1",
        b"/v1%2fcustomers",
        b"/v1/customers/a%2fb/history",
        b"/v1/customers/..%2Fapi-keys",
        b"/v1/customers/a%2f.",
        b"/v1/customers\\1",
        b"/v1/customers/%5C..%5c",
        b"/v1/customers/%00",
        b"/v1/customers/%0d%0aX:1",
        b"/v1/customers/%7f",
        b"/v1/customers/%BB%AA",
        b"/v1/customers/%FF",
        b"/v1/customers/%",
        b"/v1/customers/%zz",
        b"/v1/customers/%4",
        b"/v1/customers/\xe5\xbc\xa0",
        b"/v1/customers/a b",
        b"v1/customers",
        b"*",
        b"",
    ],
)
def test_an_ambiguous_path_is_refused(path: bytes) -> None:
    with pytest.raises(BadRequest):
        paths.check(path, b"")


def test_a_path_and_query_that_are_too_long_are_refused() -> None:
    paths.check(b"/" + b"x" * 4000, b"y" * 4000)
    with pytest.raises(BadRequest):
        paths.check(b"/" + b"x" * 5000, b"y" * 4000)


def test_the_next_page_of_the_longest_path_and_query_is_accepted() -> None:
    """The header Link of a page adds a cursor to the address that the caller has sent."""
    path, query = b"/v1/customers", b"q=" + b"y" * (paths.MAX_LENGTH - 15)
    cursor = b"cursor=" + b"x" * LONGEST_CURSOR
    paths.check(path, query)
    paths.check(path, query + b"&" + cursor)
    for longer in (
        query + b"&" + cursor + b"x",
        query + b"z&" + cursor,
        b"&".join([query, cursor, cursor]),
    ):
        with pytest.raises(BadRequest):
            paths.check(path, longer)


@pytest.mark.parametrize("character", [b"|", b'"', b"<", b"[", b"{", b"^", b"`"])
def test_a_query_whose_link_to_the_next_page_would_be_too_long_is_refused(
    character: bytes,
) -> None:
    """The header Link has these characters percent-encoded, each as three bytes."""
    path, room = b"/v1/customers", paths.MAX_LENGTH - len(b"/v1/customers" + b"name=x")
    longest = b"name=x" + character * (room // 3)
    paging = PageRequest(1, None, path.decode(), longest)
    (following,) = re.findall(r"<[^?]*\?(.*)>", link_header(paging, "y" * LONGEST_CURSOR)["Link"])
    paths.check(path, longest)
    paths.check(path, following.encode())
    with pytest.raises(BadRequest):
        paths.check(path, longest + character)


def test_a_query_that_is_not_ascii_is_refused() -> None:
    with pytest.raises(BadRequest):
        paths.check(b"/v1/customers", "q=华".encode())


def test_a_percent_encoded_query_that_is_not_utf8_is_refused() -> None:
    paths.check(b"/v1/customers", b"q=" + quote("华").encode())
    with pytest.raises(BadRequest):
        paths.check(b"/v1/customers", b"q=" + quote("华", encoding="gbk").encode())


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).filter(str.strip))
def test_any_text_without_slashes_and_control_characters_can_be_a_segment(text: str) -> None:
    segment = quote(text.replace("/", "").replace("\\", "") or "x", safe="").replace("%2E", ".")
    if set(segment) != {"."}:
        paths.check(b"/v1/customers/by-external-id/shop/" + segment.encode(), b"")


@pytest.mark.parametrize(
    ("path", "target"),
    [
        (b"/v1/customers", Target("registry", "customers")),
        (b"/v1/customers/", Target("registry", "customers")),
        (b"/v1/customers/1/history", Target("registry", "customers")),
        (b"/v1/api-keys/1", Target("gateway", "api-keys")),
        (b"/v1/customersx", None),
        (b"/v1/Customers", None),
        (b"/v1/custom%65rs", None),
        (b"/v1/customers%20", None),
        (b"/v1/orders", None),
        (b"/v1/", None),
        (b"/v1", None),
        (b"/V1/customers", None),
        (b"/v2/customers", None),
        (b"/x/v1/customers", None),
        (b"/v1/customers;x=1", None),
    ],
)
def test_the_first_segment_after_v1_decides_which_service_gets_a_request(
    path: bytes, target: Target | None
) -> None:
    assert paths.find_target(path, SERVICE_OF) == target


@pytest.mark.parametrize(
    "path",
    [
        b"/v1/orders/by-external-id/shop/SO%2F2026%2f0001",
        b"/v1/products/by-code/M6%2F20",
        b"/v1/products/by-code/100%25%2F50",
        b"/v1/customers/by-external-id/erp/1..%2F2",
    ],
)
def test_an_id_at_the_end_of_a_path_may_have_slashes(path: bytes) -> None:
    paths.check(path, b"")

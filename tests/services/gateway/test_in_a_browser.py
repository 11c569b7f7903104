"""Tests of what pages of other origins can do with the API in a browser, headless Chromium."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Page
from starlette.responses import HTMLResponse

from tests.browser import Chromium
from tests.services.gateway.conftest import KEY, Gateway, served_like
from tests.serving import serve

FETCH = """async ([address, options]) => {
  try {
    const answer = await fetch(address, options);
    const body = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : null;
    return {status: answer.status, headers: Object.fromEntries(answer.headers), body};
  } catch (error) {
    return {failure: error.name};
  }
}"""
"""A script that fetches an address and returns the status, headers and body it can read."""


class Pages:
    """Pages of one origin, whose scripts call a gateway."""

    def __init__(self, chromium: Chromium, url: str, gateway: Gateway) -> None:
        self._chromium, self._url, self._gateway = chromium, url, gateway

    def fetch(self, path: str, **options: Any) -> dict[str, Any]:
        """Fetch a path of the gateway with a key, unless the options have their own headers."""
        (answer,) = self._fetch_times(1, path, options)
        return answer

    def fetch_twice(self, path: str) -> list[dict[str, Any]]:
        """Fetch a path of the gateway twice on one page, and return both answers."""
        return self._fetch_times(2, path, {})

    def _fetch_times(self, times: int, path: str, options: dict[str, Any]) -> list[dict[str, Any]]:
        with_key = {"headers": {"Authorization": f"Bearer {KEY}"}} | options

        def steps(page: Page) -> list[dict[str, Any]]:
            page.goto(self._url)
            address = self._gateway.url + path
            return [page.evaluate(FETCH, [address, with_key]) for _ in range(times)]

        return self._chromium(steps)


@pytest.fixture(scope="module")
def served_pages(chromium: Chromium, served_gateway: Gateway) -> Iterator[tuple[Pages, Pages]]:
    """Yield pages of a listed origin and pages of another one."""
    with ExitStack() as running:
        listed, other = (
            running.enter_context(serve(HTMLResponse("<!doctype html>"))) for _ in range(2)
        )
        gateway = running.enter_context(served_like(served_gateway, cors_origins=(listed,)))
        yield Pages(chromium, listed, gateway), Pages(chromium, other, gateway)


@pytest.fixture
def pages(gateway: Gateway, served_pages: tuple[Pages, Pages]) -> Pages:  # noqa: ARG001  empties the database
    """Return pages of a listed origin."""
    return served_pages[0]


@pytest.fixture
def other_pages(gateway: Gateway, served_pages: tuple[Pages, Pages]) -> Pages:  # noqa: ARG001  empties the database
    """Return pages of an origin that is not listed."""
    return served_pages[1]


def test_a_page_of_a_listed_origin_reads_answers(pages: Pages) -> None:
    answer = pages.fetch("/v1/customers/1")
    assert (answer["status"], answer["body"]["path"]) == (200, "/v1/customers/1")


def test_a_page_of_a_listed_origin_sends_requests_with_a_preflight(pages: Pages) -> None:
    headers = {
        "Authorization": f"Bearer {KEY}",
        "Content-Type": "application/merge-patch+json",
        "Idempotency-Key": "1",
        "If-Match": '"3"',
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "X-Request-Id": "from-a-page",
    }
    answer = pages.fetch("/v1/customers/1", method="PATCH", headers=headers, body="{}")
    assert (answer["status"], answer["body"]["method"]) == (200, "PATCH")
    assert ["if-match", '"3"'] in answer["body"]["headers"]
    assert answer["headers"]["x-request-id"] == "from-a-page"


def test_a_script_reads_the_headers_of_an_answer(pages: Pages) -> None:
    headers = pages.fetch("/v1/customers/all-headers")["headers"]
    assert headers["etag"] == '"3"'
    assert headers["location"] == "/v1/customers/17"
    assert headers["link"] == '</v1/customers?cursor=x>; rel="next"'
    assert headers["retry-after"] == "2"
    assert headers["idempotent-replayed"] == "true"
    assert headers["x-request-id"]


@pytest.mark.parametrize(
    ("path", "headers", "status", "code"),
    [
        ("/v1/customers/1", {}, 401, "unauthorized"),
        ("/v1/nothing", None, 404, "not_found"),
        ("/v1/customers/invalid", None, 422, "invalid"),
        ("/v1/scores/1", None, 503, "unavailable"),
    ],
)
def test_a_script_reads_the_problem_of_a_refused_request(
    pages: Pages, path: str, headers: dict[str, str] | None, status: int, code: str
) -> None:
    options = {} if headers is None else {"headers": headers}
    answer = pages.fetch(path, **options)
    assert (answer["status"], answer["body"]["code"]) == (status, code)
    assert answer["headers"]["x-request-id"]


def test_a_script_sees_an_unknown_path_of_any_method_as_a_404(pages: Pages) -> None:
    assert pages.fetch("/v1/nothing", method="DELETE")["status"] == 404


def test_a_browser_asks_whether_the_answer_that_it_has_stored_is_still_the_same(
    gateway: Gateway, pages: Pages
) -> None:
    """The script sees the stored answer, which was compressed, with the status 200."""
    gateway.upstream.revalidated.clear()
    first, second = pages.fetch_twice("/v1/customers/text?length=5000&Content-Type=text/plain")
    assert first["headers"]["etag"].startswith("W/")
    assert (second["status"], second["headers"]["etag"]) == (200, first["headers"]["etag"])
    assert gateway.upstream.revalidated.is_set()


@pytest.mark.parametrize("options", [{}, {"method": "PATCH"}, {"headers": {}}])
def test_a_page_of_another_origin_reads_nothing(
    other_pages: Pages, options: dict[str, Any]
) -> None:
    assert other_pages.fetch("/v1/customers/1", **options) == {"failure": "TypeError"}


def test_a_page_of_any_origin_reads_the_api_document(other_pages: Pages) -> None:
    answer = other_pages.fetch("/openapi.json", headers={})
    assert answer["body"]["openapi"] == "3.1.0"

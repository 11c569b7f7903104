"""Tests of the routes that serve the documents and the page of the API."""

import re

import httpx
import pytest

from shared.contracts.catalogue import contracts
from shared.messaging.envelope import schema_uri
from shared.messaging.schemas import schema_of
from shared.version import version
from tests.services.gateway.conftest import Gateway


def test_the_openapi_document_has_the_paths_of_all_services(gateway: Gateway) -> None:
    document = httpx.get(f"{gateway.url}/openapi.json").json()
    paths = {"/v1/customers", "/v1/surveys/{survey_id}/imports", "/v1/api-keys", "/s/{token}"}
    assert paths <= set(document["paths"])
    assert not [path for path in document["paths"] if not path.startswith(("/v1/", "/s/"))]


def test_the_openapi_document_has_the_version_of_the_release(gateway: Gateway) -> None:
    document = httpx.get(f"{gateway.url}/openapi.json").json()
    assert document["info"]["version"] == version()


def test_the_asyncapi_document_is_served(gateway: Gateway) -> None:
    assert httpx.get(f"{gateway.url}/asyncapi.json").json()["asyncapi"] == "3.0.0"


def test_the_schema_that_the_header_of_an_event_names_is_served_without_a_key(
    gateway: Gateway,
) -> None:
    for event_class, contract in contracts().items():
        scheme, _, path = schema_uri(contract.name).partition(":")
        answer = httpx.get(gateway.url + path)
        assert (scheme, answer.json()) == ("patron", schema_of(event_class))
    assert answer.headers["content-type"] == "application/schema+json"
    assert answer.headers["access-control-allow-origin"] == "*"


def test_a_schema_that_no_event_has_is_not_found(gateway: Gateway) -> None:
    for name in ("patron.nothing.v1.json", "patron.customer.state.v1", "x" * 101):
        assert httpx.get(f"{gateway.url}/schemas/{name}").status_code in {404, 422}


def test_the_page_loads_nothing_from_another_host(gateway: Gateway) -> None:
    page = httpx.get(f"{gateway.url}/docs")
    parts = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(parts) == 4
    for part in parts:
        assert part.startswith("/docs/")
        assert httpx.get(gateway.url + part).status_code == 200
    assert "<script>" not in page.text


@pytest.mark.parametrize("path", ["/docs", "/docs/swagger-ui-bundle.js", "/docs/swagger-ui.css"])
def test_the_page_allows_no_scripts_or_frames_of_other_hosts(gateway: Gateway, path: str) -> None:
    headers = httpx.get(gateway.url + path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("name", ["nothing.js", "LICENSE", "..", "%2e%2e", "start.js/x"])
def test_docs_serves_no_file_that_the_page_does_not_load(gateway: Gateway, name: str) -> None:
    assert httpx.get(f"{gateway.url}/docs/{name}").status_code in {400, 401, 404}

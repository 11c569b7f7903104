"""The documents are served, and the page needs nothing from another host."""

import re

import httpx
import pytest

from tests.services.gateway.conftest import Gateway


def test_the_document_tells_the_whole_api(gateway: Gateway) -> None:
    document = httpx.get(f"{gateway.url}/openapi.json").json()
    paths = {"/v1/customers", "/v1/surveys/{survey_id}/imports", "/v1/api-keys", "/s/{token}"}
    assert paths <= set(document["paths"])
    assert not [path for path in document["paths"] if not path.startswith(("/v1/", "/s/"))]


def test_the_events_are_told(gateway: Gateway) -> None:
    assert httpx.get(f"{gateway.url}/asyncapi.json").json()["asyncapi"] == "3.0.0"


def test_the_page_loads_from_here_alone(gateway: Gateway) -> None:
    page = httpx.get(f"{gateway.url}/docs")
    parts = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(parts) == 4
    for part in parts:
        assert part.startswith("/docs/")
        assert httpx.get(gateway.url + part).status_code == 200
    assert "<script>" not in page.text


@pytest.mark.parametrize("path", ["/docs", "/docs/swagger-ui-bundle.js", "/docs/swagger-ui.css"])
def test_the_page_is_closed_to_scripts_and_frames_of_others(gateway: Gateway, path: str) -> None:
    headers = httpx.get(gateway.url + path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("name", ["nothing.js", "LICENSE", "..", "%2e%2e", "start.js/x"])
def test_no_other_file_is_served(gateway: Gateway, name: str) -> None:
    assert httpx.get(f"{gateway.url}/docs/{name}").status_code in {400, 401, 404}

"""Tests of CORS: web pages of the listed origins may read every answer, other pages none."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from services.gateway.settings import Settings
from tests.services.gateway.conftest import Gateway, served_like

LISTED, OTHER = "https://crm.example.com", "https://other.example.com"
PREFLIGHT = {
    "Access-Control-Request-Method": "PATCH",
    "Access-Control-Request-Headers": "authorization,content-type,if-match",
}


@pytest.fixture(scope="module")
def served_pages_gateway(served_gateway: Gateway) -> Iterator[Gateway]:
    with served_like(
        served_gateway, cors_origins=(LISTED, "http://localhost:5173"), import_quota_bytes=1024
    ) as another:
        yield another


@pytest.fixture
def pages_gateway(gateway: Gateway, served_pages_gateway: Gateway) -> Gateway:  # noqa: ARG001  empties the database of both
    """Return a gateway that lists two origins, with a quota of 1024 bytes of files."""
    return served_pages_gateway


def preflight(gateway: Gateway, origin: str, path: str = "/v1/customers/1") -> httpx.Response:
    """Send the preflight request of a PATCH, without a key, as browsers do."""
    return httpx.options(gateway.url + path, headers=PREFLIGHT | {"Origin": origin})


def cors_headers(answer: httpx.Response) -> dict[str, str]:
    """Return the CORS headers of an answer."""
    return {
        name: value for name, value in answer.headers.items() if name.startswith("access-control")
    }


def vary(answer: httpx.Response) -> set[str]:
    return {name.strip() for name in answer.headers.get("Vary", "").split(",")}


@pytest.mark.parametrize("path", ["/v1/customers/1", "/v1/nothing", "/openapi.json"])
def test_a_preflight_request_is_answered_without_a_key(pages_gateway: Gateway, path: str) -> None:
    answer = preflight(pages_gateway, LISTED, path)
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == LISTED
    assert "PATCH" in answer.headers["Access-Control-Allow-Methods"].split(", ")
    allowed = answer.headers["Access-Control-Allow-Headers"].lower().split(", ")
    assert {"authorization", "content-type", "if-match", "idempotency-key"} <= set(allowed)
    assert int(answer.headers["Access-Control-Max-Age"]) > 0
    assert "Origin" in vary(answer)


@pytest.mark.parametrize(
    "origin", [OTHER, "null", f"{LISTED}.evil.example", "http://crm.example.com", LISTED.upper()]
)
def test_a_preflight_request_of_an_origin_that_is_not_listed_is_refused(
    pages_gateway: Gateway, origin: str
) -> None:
    answer = preflight(pages_gateway, origin)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["errors"][0]["pointer"] == "header:Origin"
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert "Origin" in vary(answer)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Access-Control-Request-Headers", "authorization,x-unknown"),
        ("Access-Control-Request-Method", "TRACE"),
        ("Access-Control-Request-Method", "patch"),
    ],
)
def test_a_preflight_request_for_an_unknown_header_or_method_is_refused_with_the_known_ones(
    pages_gateway: Gateway, name: str, value: str
) -> None:
    headers = {**PREFLIGHT, "Origin": LISTED, name: value}
    answer = httpx.options(f"{pages_gateway.url}/v1/customers/1", headers=headers)
    assert answer.status_code == 400
    (fault,) = answer.json()["errors"]
    assert (fault["pointer"], fault["code"]) == (f"header:{name}", "preflight_refused")
    assert "Idempotency-Key" in fault["params"]["headers"]
    assert "PATCH" in fault["params"]["methods"]


def test_options_without_an_origin_still_needs_a_key(pages_gateway: Gateway) -> None:
    assert httpx.options(f"{pages_gateway.url}/v1/customers/1").status_code == 401
    assert pages_gateway.client.options("/v1/customers/1").headers["Allow"]


@pytest.mark.parametrize(
    ("method", "path", "sent", "status"),
    [
        ("GET", "/v1/customers/1", {}, 200),
        ("GET", "/v1/customers/answer/304", {}, 304),
        ("GET", "/v1/customers/%2e", {}, 400),
        ("GET", "/v1/customers/1", {"headers": {"Authorization": "Bearer wrong"}}, 401),
        ("GET", "/v1/nothing", {}, 404),
        ("POST", "/v1/customers", {"content": b"x" * 1024**2 + b"x"}, 413),
        ("GET", "/v1/customers/answer/422", {}, 422),
        ("POST", "/v1/imports", {"content": b"x" * 1025}, 429),
        ("GET", "/v1/customers/break-small", {}, 502),
        ("GET", "/v1/scores/1", {}, 503),
    ],
)
def test_every_answer_can_be_read_by_a_page_of_a_listed_origin_only(
    pages_gateway: Gateway, method: str, path: str, sent: dict[str, Any], status: int
) -> None:
    headers = sent.pop("headers", {})
    answers = {
        origin: pages_gateway.client.request(
            method, path, headers={**headers, "Origin": origin}, **sent
        )
        for origin in (LISTED, OTHER)
    }
    assert {answer.status_code for answer in answers.values()} == {status}
    assert answers[LISTED].headers["Access-Control-Allow-Origin"] == LISTED
    assert "Access-Control-Allow-Origin" not in answers[OTHER].headers
    assert "Access-Control-Allow-Credentials" not in answers[LISTED].headers
    assert all("Origin" in vary(answer) for answer in answers.values())


def test_an_answer_without_an_origin_varies_by_origin_too(pages_gateway: Gateway) -> None:
    answer = pages_gateway.client.get("/v1/customers/1")
    assert "Origin" in vary(answer)
    assert cors_headers(answer) == {}


def test_scripts_may_read_the_headers_that_answers_carry(pages_gateway: Gateway) -> None:
    answer = pages_gateway.client.get("/v1/customers/all-headers", headers={"Origin": LISTED})
    exposed = answer.headers["Access-Control-Expose-Headers"].lower().split(", ")
    for name in ("etag", "location", "link", "retry-after", "idempotent-replayed", "ratelimit"):
        assert name in exposed
    assert "content-disposition" in exposed, "the name of the file with rejected lines"
    assert answer.headers["X-Request-Id"]
    assert "x-request-id" in exposed
    assert {"allow", "www-authenticate"} <= set(exposed), "what the advice of 405 and 401 needs"


def test_an_answer_that_a_service_breaks_off_has_begun_with_the_headers(
    pages_gateway: Gateway,
) -> None:
    headers = {"Origin": LISTED}
    with pages_gateway.client.stream("GET", "/v1/customers/break", headers=headers) as answer:
        assert answer.headers["Access-Control-Allow-Origin"] == LISTED
        with pytest.raises(httpx.RemoteProtocolError):
            answer.read()


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"GET / HTTP/1.1\r\nOrigin: %b\r\nX: " + b"x" * 30_000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nOrigin: %b\r\nAccept: */*\r\nrubbish\r\n\r\n", 400),
    ],
)
@pytest.mark.parametrize("origin", [LISTED, OTHER])
def test_a_request_that_is_no_http_is_refused_with_the_headers(
    pages_gateway: Gateway, request_bytes: bytes, status: int, origin: str
) -> None:
    received = pages_gateway.exchange(request_bytes.replace(b"%b", origin.encode())).lower()
    assert received.startswith(f"http/1.1 {status} ".encode())
    assert b"vary: origin\r\n" in received
    assert (b"access-control-allow-origin: " in received) is (origin == LISTED)
    assert (b"access-control-expose-headers: " in received) is (origin == LISTED)


def test_the_documents_may_be_read_by_every_page(pages_gateway: Gateway) -> None:
    for path in ("/openapi.json", "/asyncapi.json"):
        for origin, allowed in ((LISTED, LISTED), (OTHER, "*")):
            answer = httpx.get(pages_gateway.url + path, headers={"Origin": origin})
            assert answer.headers.get_list("Access-Control-Allow-Origin") == [allowed]


def test_no_page_of_another_origin_may_read_a_respondents_page(pages_gateway: Gateway) -> None:
    answer = httpx.get(f"{pages_gateway.url}/s/abc", headers={"Origin": LISTED})
    assert (answer.status_code, cors_headers(answer)) == (200, {})


def test_without_the_setting_no_answer_has_cors_headers(gateway: Gateway) -> None:
    assert preflight(gateway, LISTED).status_code == 401
    for path in ("/v1/customers/1", "/v1/nothing"):
        answer = gateway.client.get(path, headers={"Origin": LISTED})
        assert cors_headers(answer) == {}
        assert "Origin" not in vary(answer)
    received = gateway.exchange(b"GET / HTTP/1.1\r\nOrigin: https://a.example\r\nrubbish\r\n\r\n")
    assert b"access-control" not in received.lower()


def test_an_asterisk_allows_every_origin_without_credentials(gateway: Gateway) -> None:
    with served_like(gateway, cors_origins=("*",)) as open_gateway:
        answers = [
            preflight(open_gateway, OTHER),
            open_gateway.client.get("/v1/customers/1", headers={"Origin": OTHER}),
            open_gateway.client.get("/v1/scores/1", headers={"Origin": "null"}),
        ]
        rubbish = open_gateway.exchange(b"GET / HTTP/1.1\r\nrubbish\r\n\r\n")
    assert {answer.headers["Access-Control-Allow-Origin"] for answer in answers} == {"*"}
    assert all("Access-Control-Allow-Credentials" not in one.headers for one in answers)
    assert b"access-control-allow-origin: *\r\n" in rubbish.lower()


def test_origins_are_read_from_a_text_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "GATEWAY_CORS_ORIGINS",
        "https://crm.example.com, http://localhost:5173,capacitor://localhost,http://[::1]:3000",
    )
    assert Settings().cors_origins == (
        "https://crm.example.com",
        "http://localhost:5173",
        "capacitor://localhost",
        "http://[::1]:3000",
    )
    monkeypatch.setenv("GATEWAY_CORS_ORIGINS", " * ")
    assert Settings().cors_origins == ("*",)
    monkeypatch.delenv("GATEWAY_CORS_ORIGINS")
    assert Settings().cors_origins == ()


@pytest.mark.parametrize(
    "text",
    [
        "https://crm.example.com/",
        "https://crm.example.com/app",
        "https://CRM.example.com",
        "HTTPS://crm.example.com",
        "crm.example.com",
        "https://crm.example.com:443",
        "http://crm.example.com:80",
        "https://*.example.com",
        "https://ada@crm.example.com",
        "https://客户.example.com",
        "null",
        "*,https://crm.example.com",
        "https://crm.example.com,",
        "https://crm.example.com https://b.example.com",
    ],
)
def test_an_origin_that_no_browser_sends_is_refused_at_the_start(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    monkeypatch.setenv("GATEWAY_CORS_ORIGINS", text)
    with pytest.raises(SystemExit):
        Settings.read()
    refusal = capsys.readouterr().err
    assert re.search(r"^GATEWAY_CORS_ORIGINS: .*https://crm\.example\.com", refusal, re.MULTILINE)
    with pytest.raises(ValidationError):
        Settings()

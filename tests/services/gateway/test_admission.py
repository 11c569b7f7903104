"""Tests of admission: a request needs an API key with a scope that permits it."""

import httpx
import pytest

from tests.services.gateway.conftest import Gateway

PUBLIC_PATHS = ["/livez", "/readyz", "/openapi.json", "/asyncapi.json", "/docs", "/docs/start.js"]
NEEDS_KEY = [
    "/",
    "/v1",
    "/v1/customers",
    "/v1/nothing",
    "/v1/api-keys",
    "/metrics",
    "/redoc",
    "/openapi.yaml",
    "/s",
    "/livez/",
]


def authorization_with(gateway: Gateway, *scopes: str, **fields: str) -> dict[str, str]:
    """Create a key with these scopes and return its Authorization header."""
    body = {"name": "test", "scopes": scopes, **fields}
    created = gateway.client.post("/v1/api-keys", json=body)
    assert created.status_code == 201
    return {"Authorization": f"Bearer {created.json()['key']}"}


@pytest.mark.parametrize("path", PUBLIC_PATHS)
def test_documents_and_probes_need_no_key(gateway: Gateway, path: str) -> None:
    assert httpx.get(gateway.url + path).status_code == 200


@pytest.mark.parametrize("path", NEEDS_KEY)
def test_a_path_that_is_not_public_needs_a_key(gateway: Gateway, path: str) -> None:
    answer = httpx.get(gateway.url + path)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.json()["code"] == "unauthorized"
    assert answer.json()["request_id"] == answer.headers["X-Request-Id"]


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/nothing", "/metrics", "/v2/customers"])
def test_with_a_key_an_unknown_path_is_not_found(gateway: Gateway, path: str) -> None:
    answer = gateway.client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    "authorization",
    ["Bearer wrong", "Bearer", "Basic dGVzdDp0ZXN0", "bearer", "Bearer " + "x" * 5000],
)
def test_a_wrong_key_is_answered_with_a_401_that_does_not_repeat_the_key(
    gateway: Gateway, authorization: str
) -> None:
    answer = httpx.get(gateway.url + "/v1/customers", headers={"Authorization": authorization})
    assert answer.status_code == 401
    assert "wrong" not in answer.text


@pytest.mark.parametrize(
    ("scopes", "method", "path", "status"),
    [
        (["read"], "GET", "/v1/customers/1", 200),
        (["read"], "HEAD", "/v1/customers/1", 200),
        (["read"], "POST", "/v1/customers", 403),
        (["read"], "DELETE", "/v1/customers/1", 403),
        (["read"], "POST", "/v1/imports", 403),
        (["write"], "POST", "/v1/customers", 200),
        (["write"], "GET", "/v1/customers/1", 403),
        (["read", "write"], "GET", "/v1/api-keys", 403),
        (["read", "write"], "POST", "/v1/api-keys", 403),
        (["admin"], "GET", "/v1/api-keys", 200),
        (["admin"], "PATCH", "/v1/customers/1", 200),
    ],
)
def test_the_needed_scope_depends_on_the_method_and_the_path(
    gateway: Gateway, scopes: list[str], method: str, path: str, status: int
) -> None:
    headers = authorization_with(gateway, *scopes)
    assert gateway.client.request(method, path, headers=headers).status_code == status


def test_scopes_rows_and_team_reach_the_service(gateway: Gateway) -> None:
    team, user = gateway.create_team("north"), gateway.create_user("li.na")
    headers = authorization_with(gateway, "read", rows="team", team=team, user=user)
    seen = gateway.client.get("/v1/customers/1", headers=headers).json()
    assert (seen["scopes"], seen["rows"]) == (["read"], "team")
    assert (seen["team"], seen["user"]) == (team, user)


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/docs", "/openapi.json", "/v1/api-keys"])
def test_head_is_answered_like_get_without_the_body(gateway: Gateway, path: str) -> None:
    get, head = (
        gateway.client.request(method, path, headers=authorization_with(gateway, "admin"))
        for method in ("GET", "HEAD")
    )
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == get.headers["content-type"]


@pytest.mark.parametrize("method", ["TRACE", "PROPFIND", "LOCK"])
def test_an_unusual_method_is_refused_with_405_and_the_methods_of_the_path(
    gateway: Gateway, method: str
) -> None:
    answer = gateway.client.request(method, "/v1/customers")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD, OPTIONS, POST")
    assert gateway.client.request(method, "/v1/customers/17/nothing").status_code == 404


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/v1/customers/17", "GET, HEAD, OPTIONS, PATCH"),
        ("/v1/customers/newest", "GET, HEAD, OPTIONS"),
        ("/s/token", "GET, HEAD, OPTIONS, POST"),
        *((path, "GET, HEAD, OPTIONS") for path in PUBLIC_PATHS),
    ],
)
def test_options_is_answered_with_the_methods_of_the_path(
    gateway: Gateway, path: str, methods: str
) -> None:
    answer = gateway.client.options(path)
    assert (answer.status_code, answer.headers["Allow"]) == (204, methods)


def test_options_of_an_unknown_path_is_not_found(gateway: Gateway) -> None:
    assert gateway.client.options("/v1/customers/17/nothing").status_code == 404


def test_a_percent_encoded_letter_in_the_first_path_segment_makes_it_unknown(
    gateway: Gateway,
) -> None:
    assert gateway.client.get("/v1/custom%65rs").status_code == 404
    assert httpx.get(gateway.url + "/live%7a").status_code == 401


def test_a_path_with_dot_segments_or_encoded_slashes_is_refused(gateway: Gateway) -> None:
    for path in ["/docs/../v1/api-keys", "/s/..%2fv1/customers", "/s/%2e%2e/v1/customers"]:
        with gateway.connection() as connection:
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            assert connection.recv(100).startswith(b"HTTP/1.1 400 ")


def test_readyz_is_ok_while_the_database_is_reachable(gateway: Gateway) -> None:
    assert httpx.get(gateway.url + "/readyz").text == "ok"

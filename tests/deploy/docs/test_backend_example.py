"""Sessions and errors of the backend for front ends in docs/examples; Patron does not answer.

tests/system/test_bff.py tests what it forwards.
"""

import ast
import json
import runpy
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import httpx
import pytest

from deploy.local.ports import free_port
from tests.deploy.docs.test_promises import ROOT
from tests.serving import serve

EXAMPLE = ROOT / "docs" / "examples" / "bff.py"
PAGE = ROOT / "docs" / "frontend.md"
ORIGIN = "https://crm.example.com"
SIGN_IN = {"user": "li.na", "password": "正确"}
PATH = "/v1/customers"
WITHOUT_PATRON = (503, "unavailable")
"""The answer to a request that the backend forwards."""

Start = Callable[[], AbstractContextManager[httpx.Client]]


@pytest.fixture
def start(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Start:
    """Return a function that starts the example, and yields the client of a page."""
    monkeypatch.setenv("BFF_ORIGIN", ORIGIN)
    monkeypatch.setenv("BFF_USERS", json.dumps({"li.na": SIGN_IN | {"key": "patron_key"}}))
    monkeypatch.setenv("BFF_PAGES", str(tmp_path_factory.mktemp("pages")))
    monkeypatch.setenv("PATRON_URL", f"http://127.0.0.1:{free_port()}")

    @contextmanager
    def started() -> Iterator[httpx.Client]:
        with (
            serve(runpy.run_path(str(EXAMPLE))["app"]) as url,
            httpx.Client(base_url=url, headers={"Origin": ORIGIN}, timeout=30) as client,
        ):
            yield client

    return started


@pytest.fixture
def page(start: Start) -> Iterator[httpx.Client]:
    with start() as client:
        yield client


def sign_in(page: httpx.Client) -> None:
    """Start a session; the page sends its cookie, which browsers send over HTTPS only."""
    answer = page.post("/session", json=SIGN_IN)
    assert answer.status_code == 204
    page.headers["Cookie"] = answer.headers["Set-Cookie"].partition(";")[0]


def outcome(answer: httpx.Response) -> tuple[int, str]:
    """Return status and code of an error, which must have the fields of Patron's errors."""
    problem = answer.json()
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["X-Request-Id"] == problem["request_id"]
    assert set(problem) == {"type", "title", "status", "code", "detail", "request_id", "errors"}
    assert (problem["status"], problem["errors"]) == (answer.status_code, [])
    return answer.status_code, problem["code"]


def test_signing_out_ends_the_session_even_if_its_cookie_is_sent_again(page: httpx.Client) -> None:
    sign_in(page)
    assert outcome(page.get(PATH)) == WITHOUT_PATRON
    signed_out = page.delete("/session")
    assert signed_out.status_code == 204
    assert signed_out.headers["Clear-Site-Data"] == '"cache"'
    assert "Max-Age=0" in signed_out.headers["Set-Cookie"]
    assert outcome(page.get(PATH)) == (401, "not_signed_in")


def test_a_session_expires(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BFF_SESSION_SECONDS", "0")
    with start() as page:
        sign_in(page)
        assert outcome(page.get(PATH)) == (401, "not_signed_in")


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"{",
        b"\xff",
        b"[]",
        b'"text"',
        b"{}",
        b'{"user": "li.na"}',
        b'{"user": ["li.na"], "password": "x"}',
        b'{"user": "li.na", "password": 1}',
        b'{"user": "li.na", "password": "\\ud800"}',
        b"[" * 100_000,
    ],
    ids=lambda sent: repr(sent[:40]),
)
def test_a_malformed_sign_in_is_a_400(page: httpx.Client, sent: bytes) -> None:
    assert outcome(page.post("/session", content=sent)) == (400, "bad_request")


@pytest.mark.parametrize(("user", "password"), [("li.na", "wrong"), ("nobody", "")])
def test_a_wrong_password_is_a_401(page: httpx.Client, user: str, password: str) -> None:
    answer = page.post("/session", json={"user": user, "password": password})
    assert outcome(answer) == (401, "wrong_password")


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", ""])
def test_a_change_from_another_origin_is_a_403(page: httpx.Client, origin: str) -> None:
    sign_in(page)
    other = {"Origin": origin}
    refused = [
        page.post("/session", json=SIGN_IN, headers=other),
        page.delete("/session", headers=other),
        page.post(PATH, json={}, headers=other),
    ]
    assert [outcome(answer) for answer in refused] == [(403, "other_origin")] * 3
    assert outcome(page.get(PATH)) == WITHOUT_PATRON


def test_errors_have_the_request_id_of_the_page_and_are_not_stored(page: httpx.Client) -> None:
    answer = page.get(PATH, headers={"X-Request-Id": "of-the-page"})
    assert outcome(answer) == (401, "not_signed_in")
    assert answer.headers["X-Request-Id"] == "of-the-page"
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_page_installs_what_the_example_imports() -> None:
    body = ast.parse(EXAMPLE.read_text("utf-8")).body
    names = [node.module or "" for node in body if isinstance(node, ast.ImportFrom)]
    names += [one.name for node in body if isinstance(node, ast.Import) for one in node.names]
    packages = {name.partition(".")[0] for name in names} - sys.stdlib_module_names
    command = f"pip install {' '.join(sorted(packages | {'uvicorn'}))}"
    assert command in PAGE.read_text("utf-8")
    assert command in EXAMPLE.read_text("utf-8")

"""The backend for front ends in docs/examples, in front of a running product."""

import json
import runpy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, Response

from deploy.local.ports import free_port
from tests.browser import Chromium
from tests.serving import serve
from tests.system.company import Company
from tests.system.product import ADMIN_KEY, ROOT, Running

EXAMPLE = ROOT / "docs" / "examples" / "bff.py"
PASSWORD = "correct horse"
CHANGE_FIRST_CUSTOMER = """async password => {
  const send = (method, path, body, headers = {}) => fetch(path, {method, headers:
    {"Content-Type": "application/json", ...headers}, body: body && JSON.stringify(body)});
  const signedIn = await send("POST", "/session", {user: "li.na", password});
  const listed = await (await send("GET", "/v1/customers?limit=1")).json();
  const path = `/v1/customers/${listed.items[0].id}`;
  const read = await send("GET", path);
  const change = version => send("PATCH", path, {city: "苏州"}, {"If-Match": version});
  const changed = await change(read.headers.get("ETag"));
  const stale = await change(read.headers.get("ETag"));
  return {
    statuses: [signedIn, read, changed, stale].map(answer => answer.status),
    city: (await changed.json()).city, code: (await stale.json()).code, cookie: document.cookie
  };
}"""
"""What the script of a page does: sign in, read a customer, change it, change it again."""


@dataclass(frozen=True)
class Backend:
    """The running example, the API key that it holds, and the customers of the key's team."""

    url: str
    key: str
    company: Company
    team: str

    @contextmanager
    def signed_in(self, user: str = "li.na") -> Iterator[httpx.Client]:
        """Yield a client with a session, whose requests come from a page of the backend."""
        with httpx.Client(base_url=self.url, headers={"Origin": self.url}, timeout=30) as client:
            answer = client.post("/session", json={"user": user, "password": PASSWORD})
            assert answer.status_code == 204
            cookie = answer.headers["Set-Cookie"]
            assert {"HttpOnly", "Secure", "SameSite=strict"} <= set(cookie.split("; "))
            client.headers["Cookie"] = cookie.partition(";")[0]
            yield client


@pytest.fixture
def backend(
    embedded_product: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Backend]:
    """Yield the example, started with the key of a team that has one customer."""
    company, port = Company(embedded_product), free_port()
    team, url = company.create_team("east"), f"http://127.0.0.1:{port}"
    company.register("17", team=team)
    body = {"name": "bff", "scopes": ["read", "write"], "rows": "team", "team": team}
    key = embedded_product.client.post("/v1/api-keys", json=body).json()["key"]
    users = {"li.na": {"password": PASSWORD, "key": key}}
    users["office"] = {"password": PASSWORD, "key": ADMIN_KEY}
    (tmp_path / "index.html").write_text("<!doctype html><title>Customers</title>")
    monkeypatch.setenv("BFF_ORIGIN", url)
    monkeypatch.setenv("BFF_USERS", json.dumps(users))
    monkeypatch.setenv("BFF_PAGES", str(tmp_path))
    monkeypatch.setenv("PATRON_URL", embedded_product.url)
    with serve(runpy.run_path(str(EXAMPLE))["app"], port=port) as served:
        yield Backend(served, key, company, team)


def test_a_page_reads_and_changes_a_customer_and_never_sees_the_key(
    backend: Backend, chromium: Chromium
) -> None:
    def steps(page: Page) -> tuple[Any, str]:
        answers: list[Response] = []

        def note(answer: Response) -> None:
            answers.append(answer)

        page.on("response", note)
        page.goto(backend.url)
        result = page.evaluate(CHANGE_FIRST_CUSTOMER, PASSWORD)
        seen = [(one.request.all_headers(), one.all_headers()) for one in answers]
        return result, json.dumps([seen, page.context.cookies()])

    result, seen = chromium(steps)
    assert result == {
        "statuses": [204, 200, 200, 412],
        "city": "苏州",
        "code": "stale",
        "cookie": "",
    }
    assert all(name in seen for name in ("x-request-id", "if-match", "session"))
    assert backend.key not in seen


def test_without_a_session_or_from_another_origin_nothing_is_forwarded(backend: Backend) -> None:
    path = "/v1/customers"
    body = backend.company.customer_body("18", team=backend.team)
    with backend.signed_in() as client:
        other = {"Origin": "https://elsewhere.example"}
        refused = [
            httpx.get(backend.url + path),
            httpx.get(backend.url + path, headers={"Cookie": "session=guessed"}),
            client.post(path, json=body, headers=other),
        ]
        assert [answer.status_code for answer in refused] == [401, 401, 403]
        assert len(client.get(path).json()["items"]) == 1


def test_bodies_and_headers_pass_in_both_directions(backend: Backend) -> None:
    """A file, retries, the versions of resources, links to the next page, and error texts."""
    file = b"external_id,name\n" + b"".join(b"%d,name\n" % number for number in range(20_000))
    form = {"entity": "customers", "options": json.dumps({"system": backend.company.system})}
    with backend.signed_in("office") as client:
        once = {"Idempotency-Key": "a"}
        imports = [
            client.post("/v1/imports", data=form, files={"file": ("a.csv", file)}, headers=once)
            for _ in range(2)
        ]
        body = backend.company.customer_body("18", team=backend.team)
        created = client.post("/v1/customers", json=body)
        page = client.get("/v1/customers?limit=1")
        known = {"If-None-Match": created.headers["ETag"]}
        unchanged = client.get(created.headers["Location"], headers=known)
        missing = client.get("/v1/customers/nobody", headers={"X-Request-Id": "of-the-page"})
    first, again = imports
    assert first.status_code == 202, first.text
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (202, "true")
    assert first.headers["Location"].startswith("/v1/imports/")
    assert "upload-bytes" in first.headers["RateLimit"]
    assert (created.status_code, unchanged.status_code) == (201, 304)
    assert page.headers["Link"].startswith("</v1/customers?")
    assert page.headers["Cache-Control"] == "private, no-cache"
    assert missing.headers["Content-Type"] == "application/problem+json"
    assert missing.json()["request_id"] == "of-the-page"

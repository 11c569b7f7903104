"""Tests of authentication: a request without a valid token is refused before its body is read."""

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from services.gateway.identity import keys
from services.gateway.identity.signer import Signer
from shared.errors import Unauthorized
from shared.http.authentication import RequireIdentity, bearer_credential
from shared.http.identity import Identity, Verifier
from shared.row_access import Rows
from tests.serving import serve

CALLER = Identity("key-1", "Sales", frozenset({"read"}), Rows.OWN, None)


async def read_caller(request: Request) -> JSONResponse:
    """Answer with the name of the caller and the length of the body."""
    body = await request.body()
    return JSONResponse({"name": request.state.identity.name, "bytes": len(body)})


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    """Return the signer whose public key the service of `client` reads."""
    return Signer(keys.ensure_key_pair(tmp_path / "identity.key", tmp_path / "identity.pub"))


@pytest.fixture
def client(tmp_path: Path) -> Iterator[httpx.Client]:
    """Yield a client without a token of a service named registry."""
    keys.ensure_key_pair(tmp_path / "identity.key", tmp_path / "identity.pub")
    app = Starlette(routes=[Route("/", read_caller, methods=["GET", "POST"])])
    verifier = Verifier(audience="registry", public_key_file=tmp_path / "identity.pub")
    with (
        serve(RequireIdentity(app, verifier=verifier)) as url,
        httpx.Client(base_url=url) as client,
    ):
        yield client


def test_a_valid_token_is_accepted_and_identifies_the_caller(
    client: httpx.Client, signer: Signer
) -> None:
    token = signer.authorization(CALLER, "registry")
    answer = client.post("/", content=b"12345", headers={"Authorization": token})
    assert answer.json() == {"name": "Sales", "bytes": 5}


@pytest.mark.parametrize(
    "header",
    [
        {},
        {"Authorization": "Basic YTpi"},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer x"},
    ],
)
def test_a_request_without_a_valid_token_is_a_401_problem(
    client: httpx.Client, header: dict[str, str]
) -> None:
    answer = client.get("/", headers=header)
    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.json()["code"] == "unauthorized"


def test_two_authorization_headers_are_refused(client: httpx.Client, signer: Signer) -> None:
    token = signer.authorization(CALLER, "registry")
    answer = client.get("/", headers=[("Authorization", token), ("Authorization", "Bearer x")])
    assert answer.status_code == 401
    assert "one Authorization header" in answer.json()["detail"]


def test_an_upload_without_a_token_is_refused_before_its_body_is_sent(client: httpx.Client) -> None:
    with socket.create_connection(
        (client.base_url.host, client.base_url.port or 80), 5
    ) as connection:
        connection.sendall(
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=x\r\n"
            b"Content-Length: 1000000\r\n\r\n--x\r\n"
        )
        assert connection.recv(100).startswith(b"HTTP/1.1 401 ")


@pytest.mark.parametrize("sent", [b"Bearer a.b", b"bearer a.b", b"BEARER  a.b "])
def test_the_credential_is_the_text_after_bearer(sent: bytes) -> None:
    assert bearer_credential({"headers": [(b"host", b"x"), (b"authorization", sent)]}) == "a.b"


@pytest.mark.parametrize(
    "sent", [b"", b"Bearer", b"Bearer  ", b"a.b", b"Bearera.b", b"\xe7\x8e a.b"]
)
def test_an_authorization_header_without_a_credential_is_refused(sent: bytes) -> None:
    with pytest.raises(Unauthorized, match="Bearer <key>"):
        bearer_credential({"headers": [(b"authorization", sent)]})


def test_the_lifespan_needs_no_token_and_its_state_reaches_requests(tmp_path: Path) -> None:
    """The state contains what the app opened at startup; the identity is added to it."""
    signer = Signer(keys.ensure_key_pair(tmp_path / "identity.key", tmp_path / "identity.pub"))
    seen: list[tuple[Scope, Receive, Send]] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append((scope, receive, send))

    async def receive() -> Message:
        raise AssertionError

    async def send(_: Message) -> None:
        raise AssertionError

    verifier = Verifier(audience="registry", public_key_file=tmp_path / "identity.pub")
    middleware = RequireIdentity(app, verifier=verifier)
    headers = [(b"authorization", signer.authorization(CALLER, "registry").encode())]
    asyncio.run(middleware({"type": "lifespan"}, receive, send))
    asyncio.run(middleware({"type": "http", "headers": headers, "state": {"a": 1}}, receive, send))
    asyncio.run(middleware({"type": "http", "headers": headers}, receive, send))
    assert seen[0] == ({"type": "lifespan"}, receive, send)
    assert [scope["state"] for scope, _, _ in seen[1:]] == [
        {"a": 1, "identity": CALLER},
        {"identity": CALLER},
    ]
    assert {call[1:] for call in seen} == {(receive, send)}


def test_a_websocket_is_closed_with_1008(tmp_path: Path) -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    verifier = Verifier(audience="registry", public_key_file=tmp_path / "identity.pub")
    middleware = RequireIdentity(Starlette(), verifier=verifier)
    asyncio.run(middleware({"type": "websocket", "headers": []}, receive, send))
    assert sent == [{"type": "websocket.close", "code": 1008}]


def test_without_the_public_key_the_answer_is_503(client: httpx.Client, tmp_path: Path) -> None:
    (tmp_path / "identity.pub").unlink()
    answer = client.get("/", headers={"Authorization": "Bearer x"})
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "2"

"""Tests of the sample nginx.conf: a real nginx in front of a stand-in for the gateway."""

import socket
import subprocess
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest

from deploy.local.ports import free_port
from deploy.local.server import listens
from services.gateway.proxy import paths
from shared.http.pagination import LONGEST_CURSOR
from tests.waiting import eventually

CONFIGURATION = Path(__file__).parents[3] / "deploy/edge/nginx.conf"
MIB = 1024 * 1024


class Gateway(BaseHTTPRequestHandler):
    """A server that answers with the length of the body and the client address that nginx sent.

    The header Link of its answers has the path and the query.
    """

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers["Content-Length"])))

    def log_message(self, *_: object) -> None:
        """Print nothing."""

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Body-Bytes", str(len(body)))
        self.send_header("Forwarded-For", self.headers["X-Forwarded-For"])
        self.send_header("Link", f'<{self.path}>; rel="next"')
        self.send_header("Content-Length", "0")
        self.end_headers()


@pytest.fixture
def gateway_port() -> Iterator[int]:
    """Run the server that stands in for the gateway, and yield its port."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Gateway) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.fixture
def edge(program: Callable[[str], str], gateway_port: int, tmp_path: Path) -> Iterator[int]:
    """Run nginx with the sample configuration and yield its port.

    Its addresses, its folder and one of its timeouts (1 s, not 10 s) are replaced.
    """
    port = free_port()
    text = CONFIGURATION.read_text()
    for sample, replacement in (
        ("server gateway:8000;", f"server 127.0.0.1:{gateway_port};"),
        ("listen 8080;", f"listen 127.0.0.1:{port};"),
        ("client_header_timeout 10s;", "client_header_timeout 1s;"),
        ("/tmp/nginx", f"{tmp_path}/nginx"),  # noqa: S108 - in the sample
    ):
        assert sample in text
        text = text.replace(sample, replacement)
    file = tmp_path / "nginx.conf"
    file.write_text(f"daemon off;\n{text}")
    with subprocess.Popen([program("nginx"), "-c", file], stderr=subprocess.PIPE) as process:
        assert eventually(lambda: listens(port))
        yield port
        process.terminate()


def test_a_request_is_passed_on_with_the_real_address_of_the_client_not_a_forged_one(
    edge: int,
) -> None:
    forged = {"X-Forwarded-For": "203.0.113.7"}
    answer = httpx.get(f"http://127.0.0.1:{edge}/v1/customers", headers=forged)
    assert answer.status_code == 200
    assert answer.headers["Forwarded-For"] == "127.0.0.1"


def test_the_longest_link_to_a_next_page_is_passed_on_and_can_be_followed(edge: int) -> None:
    following = "/v1/customers?q=".ljust(paths.MAX_LENGTH, "x") + "&cursor=" + "y" * LONGEST_CURSOR
    answer = httpx.get(f"http://127.0.0.1:{edge}{following}")
    assert (answer.status_code, answer.links["next"]["url"]) == (200, following)


def test_a_client_that_sends_its_headers_too_slowly_is_disconnected(edge: int) -> None:
    with socket.create_connection(("127.0.0.1", edge), timeout=10) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ")
        with pytest.raises(ConnectionResetError):
            client.recv(1)


@pytest.mark.parametrize(
    ("path", "status"),
    [("/v1/customers", 413), ("/v1/imports", 200), ("/v1/surveys/0190/imports", 200)],
)
def test_only_imports_may_have_a_body_of_more_than_a_megabyte(
    edge: int, path: str, status: int
) -> None:
    answer = httpx.post(f"http://127.0.0.1:{edge}{path}", content=b"x" * (2 * MIB))
    assert answer.status_code == status
    assert status != 200 or answer.headers["Body-Bytes"] == str(2 * MIB)

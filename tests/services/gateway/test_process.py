"""Tests of the gateway process, as an operator starts it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from deploy.local.ports import free_port
from services.gateway.__main__ import SERVICE
from services.gateway.settings import Settings
from shared import commands

SECONDS = 30


@contextmanager
def started(data: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """Run the gateway as a process while the `with` block runs; yield it once it is ready."""
    environment = os.environ | {"PATRON_DATA": str(data), "GATEWAY_PORT": str(port)}
    process = subprocess.Popen(
        [sys.executable, "-m", "services.gateway", "serve"],
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/readyz")
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_for(url: str) -> None:
    """Wait until a GET of this URL is answered with 200."""
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            if httpx.get(url).status_code == 200:
                return
        except httpx.TransportError:
            if time.monotonic() > deadline:
                raise
        time.sleep(0.05)  # noqa: TID251  polls until a deadline


def test_the_first_start_creates_all_keys_and_sigterm_ends_the_process(tmp_path: Path) -> None:
    commands.migrate(SERVICE, Settings(data=tmp_path), dry_run=False)
    port = free_port()
    with started(tmp_path, port) as process:
        key = (tmp_path / "admin.key").read_text().strip()
        authorization = {"Authorization": f"Bearer {key}"}
        assert httpx.get(f"http://127.0.0.1:{port}/v1/api-keys", headers=authorization).is_success
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=SECONDS)
    assert (tmp_path / "identity.key").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "identity.pub").exists()
    assert err.count(key) == 1
    assert key not in out
    lines = [json.loads(line) for line in out.splitlines()]
    requests = [line for line in lines if line.get("route") == "/v1/api-keys"]
    assert [(line["status"], line["service"]) for line in requests] == [(200, "gateway")]


def test_the_started_gateway_refuses_headers_that_are_too_large(tmp_path: Path) -> None:
    commands.migrate(SERVICE, Settings(data=tmp_path), dry_run=False)
    port = free_port()
    with started(tmp_path, port), socket.create_connection(("127.0.0.1", port), 10) as connection:
        connection.sendall(b"GET /livez HTTP/1.1\r\nX: " + b"x" * 20_000 + b"\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 431 ")

"""The processes of a service as operators see them: probes, metrics, logs and a clean stop."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from deploy.local.ports import free_ports
from shared.database import Database
from shared.ids import new_id
from shared.models import SharedModel
from shared.version import version
from tests.services.harness import TokenSigner
from tests.shared.backend import wait_until
from tests.shared.http import notes

TRACE = "0af7651916cd43dd8448eb211c80319c"
METRICS = {
    'patron_http_requests_total{method="POST",route="/v1/notes",status="201"} 1.0',
    'patron_http_requests_total{method="GET",route="unmatched",status="404"} 1.0',
}


@dataclass(frozen=True)
class RunningProcess:
    """A running process of the service `notes`, with clients of its API and of its probes."""

    process: subprocess.Popen[str]
    client: httpx.Client
    operations: httpx.Client

    def stop(self) -> list[dict[str, Any]]:
        """Stop the process and return the lines of its log."""
        self.process.send_signal(signal.SIGTERM)
        out, errors = self.process.communicate(timeout=20)
        assert errors == ""
        return [json.loads(line) for line in out.splitlines()]


@contextmanager
def running_process(data: Path, role: str) -> Iterator[RunningProcess]:
    """Start a process of the service `notes`, wait until it is ready, and kill it at the end.

    `role` is the command `serve` (the API) or `work` (the worker).
    """
    port, operations = free_ports(2)
    ports = {"PATRON_PORT": port, "PATRON_OPERATIONS_PORT": operations}
    ports["PATRON_WORKER_OPERATIONS_PORT"] = operations
    environment = os.environ | {name: str(value) for name, value in ports.items()}
    process = subprocess.Popen(
        [sys.executable, "-m", notes.__name__, role],
        env=environment | {"PATRON_DATA": str(data)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    url = "http://127.0.0.1"
    with (
        process,
        httpx.Client(base_url=f"{url}:{port}", timeout=30) as client,
        httpx.Client(base_url=f"{url}:{operations}", timeout=30) as operations_client,
    ):
        try:
            wait_until(lambda: is_ready(operations_client), seconds=60)
            yield RunningProcess(process, client, operations_client)
        finally:
            process.kill()


def is_ready(operations: httpx.Client) -> bool:
    """Return whether `/readyz` answers 200."""
    try:
        return operations.get("/readyz").status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a data folder with a database that has the tables of the service `notes`."""
    database = Database(f"sqlite:///{tmp_path}/notes.db", schema="notes")
    SharedModel.metadata.create_all(database.engine)
    notes.Model.metadata.create_all(database.engine)
    database.close()
    return tmp_path


@pytest.fixture
def authorization(data: Path) -> dict[str, str]:
    """Return the header that identifies a caller, as the gateway would send it."""
    key = Ed25519PrivateKey.generate()
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (data / "identity.pub").write_bytes(pem)
    return TokenSigner(key).authorization("notes")


def test_the_api_logs_and_counts_requests_without_personal_data(
    data: Path, authorization: dict[str, str]
) -> None:
    headers = authorization | {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}
    # the title of a note is unique: 409; the commit fails if the note `reply_to` is unknown: 500
    bodies: list[tuple[dict[str, Any], int]] = [
        ({"title": "王小明"}, 201),
        ({"title": "王小明"}, 409),
        ({"title": "王小明", "reply_to": str(new_id())}, 409),
        ({"title": "王小明 replies", "reply_to": str(new_id())}, 500),
        ({"title": 5, "customer": "王小明"}, 422),
    ]
    with running_process(data, "serve") as api:
        wait_until(lambda: accepts_connections(api.client))
        for body, status in bodies:
            answer = api.client.post("/v1/notes", json=body, headers=headers)
            assert answer.status_code == status
            assert answer.json().get("request_id", "") in {answer.headers["X-Request-Id"], ""}
        assert api.client.get("/v1/王小明", headers=headers).status_code == 404
        assert api.client.get("/v1/notes").status_code == 401
        assert api.operations.get("/livez").text == "200 OK"
        # a request is counted after its answer has left
        wait_until(lambda: set(api.operations.get("/metrics").text.splitlines()) >= METRICS)
        log = api.stop()
    (started,) = (line for line in log if line["message"] == "process.started")
    assert started["version"] == version()
    requests = [line for line in log if line["message"] == "request"][1:]
    assert [line["status"] for line in requests] == [*(status for _, status in bodies), 404, 401]
    assert all(line["request_id"] and line["level"] and line["timestamp"] for line in requests)
    assert {line["trace_id"] for line in requests[:-1]} == {TRACE}
    assert {(line["service"], line["role"]) for line in log} == {("notes", "api")}
    assert "王小明" not in json.dumps(log, ensure_ascii=False)


def accepts_connections(client: httpx.Client) -> bool:
    """Return whether the server accepts connections."""
    try:
        client.get("/")
    except httpx.TransportError:
        return False
    return True


def test_the_worker_exposes_its_metrics_and_stops_on_sigterm(data: Path) -> None:
    with running_process(data, "work") as worker:
        metrics = worker.operations.get("/metrics").text
        assert worker.operations.get("/nothing").status_code == 404
        worker.stop()
        assert worker.process.returncode == 0
    for name in (
        "patron_consumer_lag_records",
        "patron_consumed_total",
        "patron_jobs_total",
        "patron_job_lines_total",
    ):
        assert f"# TYPE {name.removesuffix('_total')}" in metrics


@pytest.mark.parametrize(
    ("command", "explanation"),
    [
        ("redrive", ""),
        ("replay", ""),
        ("topics", "The embedded log needs no topics: PATRON_KAFKA_BOOTSTRAP is not set.\n"),
    ],
)
def test_a_command_with_dry_run_prints_only_what_it_would_do(
    data: Path, command: str, explanation: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", notes.__name__, command, "--dry-run"],
        env=os.environ | {"PATRON_DATA": str(data)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == explanation
    assert done.stdout == ""


def test_a_command_logs_to_standard_error(data: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", notes.__name__, "redrive"],
        env=os.environ | {"PATRON_DATA": str(data)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == ""
    (line,) = map(json.loads, done.stderr.splitlines())
    assert line["message"] == "redrive.ended"


def test_a_service_prints_its_version(data: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", notes.__name__, "--version"],
        env=os.environ | {"PATRON_DATA": str(data)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"patron {version()}\n"

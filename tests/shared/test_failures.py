"""A command without its server, schema or folder ends in one sentence and with status 1."""

import os
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from shared.failures import describe
from shared.ids import new_id
from shared.messaging.envelope import Record
from shared.messaging.log.embedded import EmbeddedLog
from shared.settings import ServiceSettings

ORDERS = "patron.registry.order.events.v1"
ORDER = Path(__file__).parents[1] / "contracts" / ORDERS / "order.placed.v1.json"
NO_DATABASE = {"PATRON_DATABASE_URL": "postgresql+psycopg://u:s3cret@127.0.0.1:1/patron"}
NO_KAFKA = {"PATRON_KAFKA_BOOTSTRAP": "127.0.0.1:1"}


def fail(data: Path, command: str, **variables: str) -> str:
    """Run a command that fails, such as `registry migrate`; return its only line of output."""
    service, *arguments = command.split()
    done = subprocess.run(
        [sys.executable, "-m", f"services.{service}", *arguments],
        env=os.environ | {"PATRON_DATA": str(data), "PATRON_ADMIN_KEY": "k" * 24} | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert done.stdout == "" or service == "gateway"  # its log
    (line,) = done.stderr.splitlines()
    assert "s3cret" not in line
    return line


def publish(data: Path) -> None:
    """Store an order in the embedded log, and a dead letter of scoring."""
    log = EmbeddedLog(data / "events.log.db")
    headers = {"ce_type": "patron.order.placed.v1", "ce_id": str(new_id())}
    for topic in (ORDERS, "patron.scoring.dead-letters.v1"):
        log.append([Record(topic, "1", ORDER.read_bytes(), headers)])
    log.close()


def migrate(data: Path, service: str) -> None:
    """Create the tables of a service in a data folder."""
    command = [sys.executable, "-m", f"services.{service}", "migrate"]
    subprocess.run(command, env=os.environ | {"PATRON_DATA": str(data)}, check=True)


@pytest.mark.parametrize(
    "command", ["registry migrate", "scoring redrive", "scoring recompute", "gateway serve"]
)
def test_a_command_without_its_database_ends_in_one_sentence(tmp_path: Path, command: str) -> None:
    publish(tmp_path)
    line = fail(tmp_path, command, **NO_DATABASE)
    assert line.startswith("The database 127.0.0.1:1/patron cannot be used: connection failed")
    assert "Connection refused" in line


@pytest.mark.parametrize("command", ["registry topics", "registry replay"])
def test_a_command_without_kafka_ends_in_one_sentence(tmp_path: Path, command: str) -> None:
    migrate(tmp_path, command.split(maxsplit=1)[0])
    line = fail(tmp_path, command, **NO_KAFKA)
    assert line.startswith("Kafka (127.0.0.1:1) cannot be used: ")


@pytest.mark.parametrize("command", ["registry duplicates", "scoring replay"])
def test_a_command_before_the_migration_names_the_command_to_run(
    tmp_path: Path, command: str
) -> None:
    publish(tmp_path)
    service = command.split(maxsplit=1)[0]
    line = fail(tmp_path, command)
    assert line.startswith(f"The database {tmp_path}/{service}.db does not have the tables")
    assert line.endswith(f": run python -m services.{service} migrate.")


@pytest.mark.parametrize("command", ["registry migrate", "gateway openapi"])
def test_a_command_whose_folder_cannot_be_created_names_it(tmp_path: Path, command: str) -> None:
    (tmp_path / "file").write_text("")
    folder = tmp_path / "file" / "var"
    assert fail(folder, command) == f"{folder} cannot be used: Not a directory."


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "registry.db").mkdir()
    line = fail(tmp_path, "registry migrate")
    assert line == (
        f"The database {tmp_path}/registry.db cannot be used: unable to open database file."
    )


def test_a_broken_embedded_log_is_named(tmp_path: Path) -> None:
    migrate(tmp_path, "registry")
    (tmp_path / "events.log.db").mkdir()
    line = fail(tmp_path, "registry replay")
    assert line == f"The embedded log in {tmp_path} cannot be used: unable to open database file."


def test_a_port_of_the_probes_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        line = fail(tmp_path, "survey work", SURVEY_WORKER_OPERATIONS_PORT=str(port))
    assert line == f"127.0.0.1:{port} cannot be used: Address already in use."


def test_a_mistake_in_the_code_is_no_failure_of_a_server(tmp_path: Path) -> None:
    class Settings(ServiceSettings):
        name = "notes"

    mistake = IntegrityError("INSERT", {}, sqlite3.IntegrityError("UNIQUE constraint failed"))
    assert describe(mistake, Settings(data=tmp_path)) is None

"""Tests of the local PostgreSQL server: version, stored data, and cleaning up."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from deploy.local.postgres import Postgres
from deploy.local.server import StartFailed, listens
from tests.waiting import eventually

START_SERVER = """
import time
from deploy.local.postgres import Postgres
server = Postgres(fsync=False)
server.start()
print(server.url, flush=True)
time.sleep(600)
"""


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Yield a folder that the server's user, who is not root, may enter."""
    with tempfile.TemporaryDirectory(prefix="patron-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def setting(url: str, name: str) -> str:
    """Return the value of a setting of the PostgreSQL server."""
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
    assert row
    return str(row[0])


# The fixture makes this test run with the tests of the real stack; the test starts its own server.
@pytest.mark.usefixtures("postgres_server")
def test_the_server_is_postgresql_18_with_fsync_on_by_default() -> None:
    with Postgres() as server:
        assert setting(server.url, "server_version").startswith("18.")
        assert setting(server.url, "fsync") == "on"


def test_the_server_of_the_tests_runs_without_fsync(postgres_server: str) -> None:
    if "PATRON_TEST_POSTGRES_URL" in os.environ:
        pytest.skip("the server was given by the environment")
    assert setting(postgres_server, "fsync") == "off"


@pytest.mark.usefixtures("postgres_server")
def test_data_survives_a_restart_and_closing_the_server_removes_its_folder() -> None:
    with Postgres(fsync=False) as server:
        with psycopg.connect(server.url) as connection:
            connection.execute("CREATE TABLE stored AS SELECT 42 AS answer")
        server.stop()
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(server.url)
        server.start()
        with psycopg.connect(server.url) as connection:
            assert connection.execute("SELECT answer FROM stored").fetchone() == (42,)
        folder = server.folder
    assert not folder.exists()
    assert not listens(server.port)


@pytest.mark.usefixtures("postgres_server")
def test_a_killed_starter_leaves_no_server_and_no_folder(open_folder: Path) -> None:
    """A process that is ended by kill -9 cannot clean up; the guard process does it."""
    starter = subprocess.Popen(
        [sys.executable, "-c", START_SERVER],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path.cwd()), "TMPDIR": str(open_folder)},
    )
    with starter:
        assert starter.stdout
        port = urlsplit(starter.stdout.readline().decode()).port
        assert port
        assert listens(port)
        starter.send_signal(signal.SIGKILL)
    assert eventually(lambda: not listens(port))
    assert eventually(lambda: not list(open_folder.glob("patron-postgres-*")))


@pytest.mark.usefixtures("postgres_server")
def test_a_failed_start_raises_an_error_with_the_last_lines_of_the_log(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("deploy.local.postgres.UNSAFE_BUT_FAST", ("no_such_setting=1",))
    with pytest.raises(StartFailed, match="no_such_setting"), Postgres(fsync=False):
        pass

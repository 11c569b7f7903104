"""Tests of `python -m deploy.local`, which runs the product or a server in the foreground."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from deploy.local.ports import free_port


@pytest.mark.usefixtures("postgres_server")
@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_the_postgres_command_prints_working_urls_and_stops_at_a_signal(
    stop: signal.Signals,
) -> None:
    command = [sys.executable, "-m", "deploy.local", "postgres"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        lines = [process.stdout.readline().split() for _ in range(5)]
        addresses = {line[0]: line[1] for line in lines}
        with psycopg.connect(addresses["scoring"]) as connection:
            assert connection.execute("SELECT current_user").fetchone() == ("scoring",)
        assert process.stdout.readline() == "Ctrl-C stops it.\n"
        process.send_signal(stop)
        assert process.wait(20) == 0
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(addresses["administrator"])


def test_a_wrong_database_url_ends_the_command_with_a_message_of_one_line(tmp_path: Path) -> None:
    """The user has to correct the URL, so a traceback would not help."""
    settings = {
        "PATRON_DATABASE_URL": "postgresql://nobody:wrong@127.0.0.1:1/nowhere",
        "PATRON_KAFKA_BOOTSTRAP": "127.0.0.1:1",
        "PATRON_DATA": str(tmp_path),
        "PATRON_PORT": str(free_port()),
    }
    command = [sys.executable, "-m", "deploy.local", "real"]
    environment = os.environ | settings
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.partition(":")[0]) == (1, "Role registry was not created")

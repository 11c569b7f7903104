"""`python -m deploy.local` runs a server in the foreground until it is told to stop."""

import signal
import subprocess
import sys

import psycopg
import pytest


@pytest.mark.usefixtures("postgres_server")
@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_postgres_prints_addresses_that_work_and_stops(stop: signal.Signals) -> None:
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

"""Tests of the script with which the postgres container creates the four roles."""

import os
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from deploy.local.postgres import Postgres, wheel_binaries
from deploy.local.roles import SERVICES

DEPLOY = Path(__file__).parents[3] / "deploy"


@pytest.mark.usefixtures("postgres_server")  # belongs to the real stack
def test_the_init_script_creates_every_role_with_its_own_password() -> None:
    with Postgres(fsync=False) as server:
        where = urlsplit(server.url)
        given = {
            **os.environ,
            "PATH": f"{wheel_binaries() / 'bin'}:{os.environ['PATH']}",
            "ROLE_SQL": str(DEPLOY / "postgres/role.sql"),
            "POSTGRES_USER": where.username or "",
            "POSTGRES_DB": where.path[1:],
            "PGHOST": where.hostname or "",
            "PGPORT": str(where.port),
            "PGPASSWORD": where.password or "",
            **{f"{service.upper()}_DATABASE_PASSWORD": f"of-{service}" for service in SERVICES},
        }
        subprocess.run([DEPLOY / "postgres/init.sh"], env=given, check=True)
        for service in SERVICES:
            url = f"postgresql://{service}:of-{service}@{where.hostname}:{where.port}{where.path}"
            with psycopg.connect(url) as connection:
                assert connection.execute("SELECT current_schema()").fetchone() == (service,)

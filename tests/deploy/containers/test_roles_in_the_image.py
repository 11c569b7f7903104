"""Tests of init.sh, by which the postgres container creates a database role for each service.

The gateway is a service with a role of its own, beside registry, survey and scoring.
"""

import os
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from deploy.local.postgres import Postgres, wheel_binaries
from deploy.local.roles import SERVICES

DEPLOY = Path(__file__).parents[3] / "deploy"


# The fixture makes this test run with the tests of the real stack; the test starts its own server.
@pytest.mark.usefixtures("postgres_server")
def test_the_init_script_creates_every_role_with_its_own_password() -> None:
    with Postgres(fsync=False) as server:
        address = urlsplit(server.url)
        environment = {
            **os.environ,
            "PATH": f"{wheel_binaries() / 'bin'}:{os.environ['PATH']}",
            "ROLE_SQL": str(DEPLOY / "postgres/role.sql"),
            "POSTGRES_USER": address.username or "",
            "POSTGRES_DB": address.path[1:],
            "PGHOST": address.hostname or "",
            "PGPORT": str(address.port),
            "PGPASSWORD": address.password or "",
            **{f"{service.upper()}_DATABASE_PASSWORD": f"of-{service}" for service in SERVICES},
        }
        subprocess.run([DEPLOY / "postgres/init.sh"], env=environment, check=True)
        for service in SERVICES:
            url = f"postgresql://{service}:of-{service}@{address.hostname}:{address.port}{address.path}"
            with psycopg.connect(url) as connection:
                assert connection.execute("SELECT current_schema()").fetchone() == (service,)

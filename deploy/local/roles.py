"""A database role and a schema for each service, created by the SQL that containers use too."""

import hmac
import os
import subprocess
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from deploy.local.postgres import wheel_binaries
from deploy.local.server import StartFailed

SERVICES = ("registry", "survey", "scoring", "gateway")
ROLE_SQL = Path(__file__).parents[1] / "postgres" / "role.sql"


class SchemasRefused(StartFailed):
    """A role or schema could not be created; the message contains the errors of psql."""


def create_roles(admin_url: str) -> dict[str, str]:
    """Create every service's role and schema in a database; return the URL for each service.

    A role's password is derived from the administrator's password. Therefore a second call
    returns the same URLs, and two runs that use one server do not change each other's passwords.
    """
    return {service: _create_role(admin_url, service) for service in SERVICES}


def _create_role(admin_url: str, service: str) -> str:
    """Create or update one role and its schema by role.sql; return the URL with that role."""
    password = _password(admin_url, service)
    psql = wheel_binaries() / "bin" / "psql"
    done = subprocess.run(
        [psql, "--no-psqlrc", "--quiet", "-v", f"service={service}", "-f", ROLE_SQL, admin_url],
        env={**os.environ, "SERVICE_PASSWORD": password},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SchemasRefused(f"Role {service} was not created: {done.stderr.strip()}")
    return _as_user(admin_url, service, password)


def _password(admin_url: str, service: str) -> str:
    """Return the password of a service's role: an HMAC with the administrator's password."""
    secret = urlsplit(admin_url).password or ""
    return hmac.new(secret.encode(), service.encode(), "sha256").hexdigest()


def _as_user(url: str, user: str, password: str) -> str:
    """Return a URL with another user and password."""
    parts = urlsplit(url)
    address = f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)
    return urlunsplit(parts._replace(netloc=f"{user}:{password}@{address}"))

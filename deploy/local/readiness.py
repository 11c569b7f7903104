"""Requests that ask processes on this machine whether they are ready."""

from collections.abc import Iterable
from http.client import HTTPConnection, HTTPException

ANSWER_SECONDS = 2.0


def ready(port: int) -> bool:
    """Return whether the process on a port of 127.0.0.1 answers /readyz with 200."""
    connection = HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200  # noqa: PLR2004  OK
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def not_ready(ports: Iterable[int]) -> list[int]:
    """Return those ports on which no process is ready."""
    return [port for port in ports if not ready(port)]

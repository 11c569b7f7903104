"""A fault: a relay loses its database connection while it publishes, and continues afterwards.

The first relay is paused (SIGSTOP) and its database connections are ended; a second worker takes
over the lock and publishes newer states. The first relay then continues with the older states that
it had read. No state topic may end with such an older state.
"""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zlib import crc32

import psycopg

from tests.faults import files
from tests.faults.environment import Environment, stopped
from tests.faults.names import RELAY_LOCK
from tests.faults.plan import Round
from tests.faults.real import Real
from tests.faults.retrying_client import RetryingClient
from tests.system.product import eventually

_REPETITIONS = 3
_CUSTOMERS = 120
_PORTS_OF_LOCK_HOLDERS = """SELECT activity.client_port FROM pg_locks locks
JOIN pg_stat_activity activity ON activity.pid = locks.pid
WHERE locks.locktype = 'advisory' AND locks.objid = %s"""
_LOCK = (crc32(RELAY_LOCK) - 2**31) % 2**32
"""The number of the relay's advisory lock, unsigned as in `pg_locks`."""
_END_CONNECTIONS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE client_port = ANY(%s)"
)
_UNPUBLISHED = "SELECT count(*) FROM outbox WHERE published_at IS NULL"
_UNPUBLISHED_AND_TIME = (
    "SELECT count(*), clock_timestamp() FROM registry.outbox WHERE published_at IS NULL"
)
_READ_SINCE = """SELECT activity.pid FROM pg_locks locks
JOIN pg_stat_activity activity ON activity.pid = locks.pid
WHERE locks.locktype = 'advisory' AND locks.objid = %s
AND activity.query_start > %s AND activity.query LIKE 'SELECT%%'"""
_SECONDS_BETWEEN_ATTEMPTS = 0.002
_ENOUGH_UNPUBLISHED = 40
_PATIENCE_SECONDS = 20
_NEWEST = "SELECT max(id) FROM outbox"


def connection_cut(environment: Environment, round_: Round) -> None:
    """Cut the connection three times; new customers are renamed while the relay is stopped."""
    api = RetryingClient(environment.product.url)
    with environment.second_worker("registry-worker") as second:
        workers = environment.pid("registry-worker"), second.pid
        for repetition in range(_REPETITIONS):
            names = [f"cut-{round_.number}-{repetition}-{one}" for one in range(_CUSTOMERS)]
            _rename_all(environment, api, names, "old")
            files.import_customers(api, environment.acknowledged, names, "older")
            with _publisher_disconnected(environment, workers):
                _rename_all(environment, api, names, "new")
    api.close()


def _rename_all(
    environment: Environment, api: RetryingClient, names: list[str], suffix: str
) -> None:
    """Rename these customers by importing a file, and wait until the new names are published."""
    location = files.import_customers(api, environment.acknowledged, names, suffix)
    eventually(lambda: api.get(location)["state"] in files.FINISHED, seconds=180)
    _wait_until_published(environment, environment.infrastructure.number("registry", _NEWEST))


def _wait_until_published(environment: Environment, newest: int) -> None:
    """Wait until every outbox row up to the id `newest` is published."""
    unpublished = f"{_UNPUBLISHED} AND id <= {newest}"
    eventually(lambda: environment.infrastructure.number("registry", unpublished) == 0, seconds=180)


@contextmanager
def _publisher_disconnected(environment: Environment, workers: tuple[int, int]) -> Iterator[None]:
    """Pause the publishing worker (SIGSTOP) and end its database connections.

    Yield once the other worker publishes; the paused worker continues after the `with` block.
    """
    assert isinstance(environment.infrastructure, Real)
    with psycopg.connect(environment.infrastructure.postgres.url, autocommit=True) as connection:

        def holders() -> set[int]:
            return {port for (port,) in connection.execute(_PORTS_OF_LOCK_HOLDERS, [_LOCK])}

        publisher = eventually(lambda: next((p for p in workers if holders() & _ports_of(p)), 0))
        _stop_while_publishing(connection, publisher)
        with stopped(publisher):
            publisher_ports = _ports_of(publisher)
            connection.execute(_END_CONNECTIONS, [list(publisher_ports)])
            eventually(lambda: holders() & _ports_of(sum(workers) - publisher))
            yield


def _stop_while_publishing(connection: psycopg.Connection[Any], publisher: int) -> None:
    """Pause the publishing worker when it has just read many rows and sent hardly any of them."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline and not _time_if_many_unpublished(connection):
        pass
    since = _time_if_many_unpublished(connection)
    while time.monotonic() < deadline:
        os.kill(publisher, signal.SIGSTOP)
        if connection.execute(_READ_SINCE, [_LOCK, since]).fetchone():
            return
        os.kill(publisher, signal.SIGCONT)
        time.sleep(_SECONDS_BETWEEN_ATTEMPTS)


def _time_if_many_unpublished(connection: psycopg.Connection[Any]) -> Any:
    """Return the database's time if many rows are unpublished, and None otherwise."""
    row = connection.execute(_UNPUBLISHED_AND_TIME).fetchone()
    return row[1] if row and row[0] > _ENOUGH_UNPUBLISHED else None


def _ports_of(pid: int) -> set[int]:
    """Return the local ports of a process's TCP connections."""
    inodes = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        try:
            inodes.add(str(link.readlink()))
        except OSError:
            continue
    rows = [line.split() for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]]
    return {int(row[1].split(":")[1], 16) for row in rows if f"socket:[{row[9]}]" in inodes}

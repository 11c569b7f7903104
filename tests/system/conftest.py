"""One running product per stack for the whole test run; each test uses ids of its own."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from deploy.local.kafka import Kafka
from tests.system.installation import Installation
from tests.system.product import Running, started

Starter = Callable[[], AbstractContextManager[Running]]


@pytest.fixture(scope="session")
def start_embedded(tmp_path_factory: pytest.TempPathFactory) -> Starter:
    """Return a function that starts an empty product on SQLite and the embedded log."""
    return lambda: started("run", tmp_path_factory.mktemp("embedded"))


@pytest.fixture(scope="session")
def start_real(
    tmp_path_factory: pytest.TempPathFactory,
    new_broker: Callable[[], AbstractContextManager[Kafka]],
    new_database: Callable[[], AbstractContextManager[str]],
) -> Starter:
    """Return a function that starts an empty product on PostgreSQL and a new Kafka broker."""
    return partial(_started_real, tmp_path_factory, new_broker, new_database)


@pytest.fixture(scope="session")
def embedded_product(start_embedded: Starter) -> Iterator[Running]:
    with start_embedded() as product:
        yield product


@pytest.fixture(scope="session")
def real_product(start_real: Starter) -> Iterator[Running]:
    with start_real() as product:
        yield product


@pytest.fixture
def product(stack: str, request: pytest.FixtureRequest) -> Running:
    """Return the running product of the chosen stack."""
    running: Running = request.getfixturevalue(f"{stack}_product")
    return running


@pytest.fixture
def installation(
    stack: str,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> Iterator[Installation]:
    """Return an empty installation on the chosen stack."""
    if stack == "embedded":
        yield Installation("run", tmp_path, {}, None)
        return
    new_broker: Callable[[], AbstractContextManager[Kafka]] = request.getfixturevalue("new_broker")
    new_database: Callable[[], AbstractContextManager[str]] = request.getfixturevalue(
        "new_database"
    )
    with ExitStack() as servers:
        broker = servers.enter_context(new_broker())
        url = servers.enter_context(new_database())
        environment = {"PATRON_DATABASE_URL": url, "PATRON_KAFKA_BOOTSTRAP": broker.bootstrap}
        yield Installation("real", tmp_path, environment, broker)


@contextmanager
def _started_real(
    folders: pytest.TempPathFactory,
    new_broker: Callable[[], AbstractContextManager[Kafka]],
    new_database: Callable[[], AbstractContextManager[str]],
) -> Iterator[Running]:
    """Start a broker, a database and the product on them; yield the running product."""
    with new_broker() as broker, new_database() as url:
        servers = {"PATRON_DATABASE_URL": url, "PATRON_KAFKA_BOOTSTRAP": broker.bootstrap}
        with started("real", folders.mktemp("real"), servers) as product:
            yield replace(product, broker=broker, database_url=url)

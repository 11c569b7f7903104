"""The whole product, on each stack, for the whole run; tests keep apart by the ids they use."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from functools import partial

import pytest

from deploy.local.kafka import Kafka
from tests.system.product import Running, started

Starter = Callable[[], AbstractContextManager[Running]]


@pytest.fixture(scope="session")
def start_embedded(tmp_path_factory: pytest.TempPathFactory) -> Starter:
    """Give the starter of an empty product on SQLite and the embedded log."""
    return lambda: started("run", tmp_path_factory.mktemp("embedded"))


@pytest.fixture(scope="session")
def start_real(
    tmp_path_factory: pytest.TempPathFactory,
    new_broker: Callable[[], AbstractContextManager[Kafka]],
    new_database: Callable[[], AbstractContextManager[str]],
) -> Starter:
    """Give the starter of an empty product on PostgreSQL and a broker of its own."""
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
    """Give the running product of a stack."""
    running: Running = request.getfixturevalue(f"{stack}_product")
    return running


@contextmanager
def _started_real(
    folders: pytest.TempPathFactory,
    new_broker: Callable[[], AbstractContextManager[Kafka]],
    new_database: Callable[[], AbstractContextManager[str]],
) -> Iterator[Running]:
    with new_broker() as broker, new_database() as url:
        told = {"PATRON_DATABASE_URL": url, "PATRON_KAFKA_BOOTSTRAP": broker.bootstrap}
        with started("real", folders.mktemp("real"), told) as product:
            yield replace(product, broker=broker, database_url=url)

"""The two stacks that the suite runs on, and the servers of the real one.

A test (or fixture) that takes `stack` runs once per chosen stack. One that takes
`postgres_server` or `kafka_bootstrap` itself belongs to the real stack alone.

`make test` lets several processes work at it, each with servers of its own; the tests of one file
on one stack stay together.
"""

import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from typing import Any, NoReturn, TypeVar
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
import structlog
from hypothesis import HealthCheck, settings
from psycopg.sql import SQL, Identifier
from xdist.scheduler.loadscope import LoadScopeScheduling

from deploy.local.kafka import Kafka
from deploy.local.postgres import Postgres
from deploy.local.roles import create_roles
from deploy.local.server import StartFailed
from tests import kafka_sockets

Server = TypeVar("Server", Postgres, Kafka)

STACKS = {"embedded": ["embedded"], "real": ["real"], "both": ["embedded", "real"]}
REAL_SERVERS = {"postgres_server", "postgres_roles", "kafka_bootstrap"}
QUICK_BROKER = {"log.cleaner.backoff.ms": "500", "group.min.session.timeout.ms": "1000"}
settings.register_profile(
    "suite", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)  # how busy a machine is decides no test
settings.load_profile("suite")

MISSING = pytest.StashKey[list[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--stack",
        choices=sorted(STACKS),
        default="both",
        help="embedded: SQLite and the embedded log; real: PostgreSQL and Apache Kafka",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.stash[MISSING] = []
    kafka_sockets.close_forgotten()
    structlog.configure(
        processors=[structlog.processors.KeyValueRenderer()],
        logger_factory=structlog.stdlib.LoggerFactory(),
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "stack" in metafunc.fixturenames:
        stacks = STACKS[metafunc.config.getoption("--stack")]
        metafunc.parametrize("stack", stacks, scope="session")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--stack") != "embedded":
        return
    real = [item for item in items if REAL_SERVERS & set(getattr(item, "fixturenames", ()))]
    config.hook.pytest_deselected(items=real)
    items[:] = [item for item in items if item not in real]


class Shares(LoadScopeScheduling):  # type: ignore[misc]  # it carries no types
    """Hand out the tests of one file and one stack together, for what they have in common."""

    def _split_scope(self, nodeid: str) -> str:
        file, _, test = nodeid.partition("::")
        chosen = STACKS.keys() & set(re.split(r"[\[\]-]", test))
        return f"{file} {min(chosen, default='')}"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Shares:
    return Shares(config, log)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if isinstance(told := getattr(session.config, "workeroutput", None), dict):
        told["missing"] = session.config.stash[MISSING]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Learn from a process that ends what could not run there."""
    missing = node.config.stash[MISSING]
    missing += [each for each in node.workeroutput["missing"] if each not in missing]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reasons = terminalreporter.config.stash[MISSING]
    if reasons:
        terminalreporter.section("what could not run here, and why")
        for reason in reasons:
            terminalreporter.write_line(reason)


@pytest.fixture(scope="session")
def postgres_server(request: pytest.FixtureRequest) -> Iterator[str]:
    """Give the administrator's URL of a fresh database with the four roles and schemas."""
    given = os.environ.get("PATRON_TEST_POSTGRES_URL")
    with ExitStack() as running:
        if not given:
            start = partial(Postgres, fsync=False)
            given = running.enter_context(_started(request.config, start)).url
        yield running.enter_context(_fresh_database(given))


@pytest.fixture(scope="session")
def postgres_roles(postgres_server: str) -> dict[str, str]:
    """Give the URL of each service's own role, by service."""
    return create_roles(postgres_server)


@pytest.fixture(scope="session")
def kafka_bootstrap(request: pytest.FixtureRequest) -> Iterator[str]:
    """Give host:port of an Apache Kafka broker."""
    if given := os.environ.get("PATRON_TEST_KAFKA_BOOTSTRAP"):
        yield given
        return
    with _started(request.config, partial(Kafka, settings=QUICK_BROKER)) as server:
        yield server.bootstrap


@pytest.fixture(scope="session")
def new_broker(request: pytest.FixtureRequest) -> Callable[[], AbstractContextManager[Kafka]]:
    """Give the starter of one more broker, for tests that stop it or that need it empty."""
    return partial(_started, request.config, partial(Kafka, settings=QUICK_BROKER))


@pytest.fixture(scope="session")
def new_database(postgres_server: str) -> Callable[[], AbstractContextManager[str]]:
    """Give the maker of one more database on the server, with the four schemas."""
    return partial(_fresh_database, postgres_server)


@pytest.fixture(scope="session")
def program(request: pytest.FixtureRequest) -> Callable[[str], str]:
    """Find a program that make cannot install, such as kcat."""

    def find(name: str) -> str:
        found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
        return found or _missing(request.config, f"{name} is not installed; .ci/run installs it.")

    return find


def _missing(config: pytest.Config, reason: str) -> NoReturn:
    """Skip a test for something that this machine lacks; in CI it is a failure."""
    config.stash[MISSING].append(reason)
    stop = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
    stop(reason)


@contextmanager
def _started(config: pytest.Config, make: Callable[[], Server]) -> Iterator[Server]:
    """Run a server that the tests started themselves."""
    with ExitStack() as running:
        try:
            server = running.enter_context(make())
        except StartFailed as failure:
            _missing(config, str(failure))
        yield server


@contextmanager
def _fresh_database(server_url: str) -> Iterator[str]:
    """Make a database for this run alone, so that two runs on one server do not meet."""
    name = f"patron_test_{secrets.token_hex(6)}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        url = urlunsplit(urlsplit(server_url)._replace(path=f"/{name}"))
        create_roles(url)
        yield url
        connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))

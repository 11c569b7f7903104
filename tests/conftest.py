"""The two stacks that the suite runs on, and the servers of the real one.

A test with the fixture `stack` runs once per stack. By default it runs on both stacks, except the
tests of one service below `tests/services`: these run on the embedded stack only, because HTTP
requests run the same code on both. Two groups of the tests of a service run on both stacks all the
same: tests marked `both_stacks`, and test files that are named after a module in `ON_BOTH_STACKS`
(modules that use SQL, locks, or jobs that commit in steps).
A long test of the whole product that is marked `real_by_default` runs on the real stack only.
`--stack=both` runs every test on both stacks.

A test with the fixture `postgres_server` or `kafka_bootstrap` runs on the real stack only.

`make test` starts several pytest processes, each with its own servers; one process runs all tests
of a file on a stack.
"""

import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from pathlib import Path
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
from tests import browser, kafka_sockets
from tests.cpu_seconds import CpuSeconds

Server = TypeVar("Server", Postgres, Kafka)

BOTH = ["embedded", "real"]
STACKS = {"embedded": ["embedded"], "real": ["real"], "both": BOTH}
BY_DEFAULT = "default"
SERVICES = Path(__file__).parent / "services"
ON_BOTH_STACKS = {
    "chunks",
    "handlers",
    "job",
    "job_groups",
    "job_records",
    "migrations",
    "population",
    "recompute",
    "repository",
    "service",
    "settlement",
    "staging",
    "upsert",
    "worker",
}
"""Modules of a service whose tests (`test_<module>.py`) run on both stacks by default."""
REAL_SERVERS = {"postgres_server", "postgres_roles", "kafka_bootstrap"}
"""Fixtures of the real stack; a test that uses one of them runs on that stack only."""
QUICK_BROKER = {"log.cleaner.backoff.ms": "500", "group.min.session.timeout.ms": "1000"}
"""The broker compacts topics and notices a lost group member within about a second."""
MISSING = pytest.StashKey[list[str]]()
"""The reasons why tests could not run on this machine."""

# no test may fail because the machine is busy
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--stack",
        choices=[BY_DEFAULT, *STACKS],
        default=BY_DEFAULT,
        help="embedded: every test on SQLite and the embedded log; real: on PostgreSQL and Apache "
        "Kafka; both: on each; default: on both what may differ, the rest on the embedded stack",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.stash[MISSING] = []
    config.pluginmanager.register(CpuSeconds())
    kafka_sockets.replace_sockets_of_kafka_python()
    structlog.configure(
        processors=[structlog.processors.KeyValueRenderer()],
        logger_factory=structlog.stdlib.LoggerFactory(),
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "stack" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--stack")
        stacks = STACKS[chosen] if chosen in STACKS else _default_stacks(metafunc.definition)
        metafunc.parametrize("stack", stacks, scope="session")


def _default_stacks(test: pytest.Item) -> list[str]:
    """Return the stacks on which a test runs if `--stack` is not given."""
    of_one_service = SERVICES in test.path.parents and test.path.parent != SERVICES
    module = test.path.stem.removeprefix("test_")
    marked = test.get_closest_marker("both_stacks")
    if test.get_closest_marker("real_by_default"):
        return STACKS["real"]
    if of_one_service and module not in ON_BOTH_STACKS and not marked:
        return STACKS["embedded"]
    return BOTH


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--stack") != "embedded":
        return
    real = [item for item in items if REAL_SERVERS & set(getattr(item, "fixturenames", ()))]
    config.hook.pytest_deselected(items=real)
    items[:] = [item for item in items if item not in real]


class ByFileAndStack(LoadScopeScheduling):  # type: ignore[misc]  # it carries no types
    """An xdist scheduler that gives the tests of one file on one stack to the same worker."""

    def _split_scope(self, nodeid: str) -> str:
        """Return the group of a test, its file and stack; one process runs all tests of a group."""
        file, _, test = nodeid.partition("::")
        stack = set(BOTH) & set(re.split(r"[\[\]-]", test))
        return f"{file} {min(stack, default='')}"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFileAndStack:
    return ByFileAndStack(config, log)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if isinstance(output := getattr(session.config, "workeroutput", None), dict):
        output["missing"] = session.config.stash[MISSING]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Collect from an xdist worker that has ended the reasons why tests could not run there."""
    missing = node.config.stash[MISSING]
    reasons = getattr(node, "workeroutput", {}).get("missing", ())  # none of a worker that crashed
    missing += [reason for reason in reasons if reason not in missing]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reasons = terminalreporter.config.stash[MISSING]
    if reasons:
        terminalreporter.section("what could not run here, and why")
        for reason in reasons:
            terminalreporter.write_line(reason)


@pytest.fixture(scope="session")
def postgres_server(request: pytest.FixtureRequest) -> Iterator[str]:
    """Return the administrator's URL of a new database with the four roles and schemas."""
    given = os.environ.get("PATRON_TEST_POSTGRES_URL")
    with ExitStack() as running:
        if not given:
            start = partial(Postgres, fsync=False)
            given = running.enter_context(_started(request.config, start)).url
        yield running.enter_context(_fresh_database(given))


@pytest.fixture(scope="session")
def postgres_roles(postgres_server: str) -> dict[str, str]:
    """Return the database URL of each service's own role, by service."""
    return create_roles(postgres_server)


@pytest.fixture(scope="session")
def kafka_bootstrap(request: pytest.FixtureRequest) -> Iterator[str]:
    """Return host:port of an Apache Kafka broker."""
    if given := os.environ.get("PATRON_TEST_KAFKA_BOOTSTRAP"):
        yield given
        return
    with _started(request.config, partial(Kafka, settings=QUICK_BROKER)) as server:
        yield server.bootstrap


@pytest.fixture(scope="session")
def new_broker(request: pytest.FixtureRequest) -> Callable[[], AbstractContextManager[Kafka]]:
    """Return a function that starts one more broker, for tests that stop it or need it empty."""
    return partial(_started, request.config, partial(Kafka, settings=QUICK_BROKER))


@pytest.fixture(scope="session")
def new_database(postgres_server: str) -> Callable[[], AbstractContextManager[str]]:
    """Return a function that creates one more database on the server, with the four schemas."""
    return partial(_fresh_database, postgres_server)


@pytest.fixture(scope="session")
def report_missing(request: pytest.FixtureRequest) -> Callable[[str], NoReturn]:
    """Return a function that skips the test for a reason that the suite reports at its end."""
    return partial(_missing, request.config)


@pytest.fixture(scope="session")
def program(report_missing: Callable[[str], NoReturn]) -> Callable[[str], str]:
    """Return a function that finds a program which make cannot install, such as kcat."""

    def find(name: str) -> str:
        found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
        return found or report_missing(f"{name} is not installed; .ci/run installs it.")

    return find


@pytest.fixture(scope="session")
def chromium(program: Callable[[str], str]) -> Iterator[browser.Chromium]:
    """Yield a headless browser; `chromium(steps)` runs the function `steps` on a new page."""
    with browser.started(program("chromium")) as running:
        yield running


def _missing(config: pytest.Config, reason: str) -> NoReturn:
    """Skip a test because this machine lacks something; in CI the test fails instead."""
    config.stash[MISSING].append(reason)
    stop = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
    stop(reason)


@contextmanager
def _started(config: pytest.Config, create: Callable[[], Server]) -> Iterator[Server]:
    """Start a server and stop it after the block; if it cannot start, skip the test."""
    with ExitStack() as running:
        try:
            server = running.enter_context(create())
        except StartFailed as failure:
            _missing(config, str(failure))
        yield server


@contextmanager
def _fresh_database(server_url: str) -> Iterator[str]:
    """Create a database for this test run only, so that two runs can share one server."""
    name = f"patron_test_{secrets.token_hex(6)}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        url = urlunsplit(urlsplit(server_url)._replace(path=f"/{name}"))
        create_roles(url)
        yield url
        connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))

"""Run tests against mutants: `pytest -p tests.mutants.plugin --mutate=<module> <tests>`.

mutmut writes all mutants into one text of the module, and a switch selects one of them. Tests are
therefore collected only once. For each mutant a forked process sets the switch and runs the tests
that reach the changed function, until one fails. One forked process runs at a time, and no file is
changed.
"""

import gc
import json
import os
import resource
import select
import signal
import sys
from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import suppress
from fnmatch import fnmatch
from importlib.abc import MetaPathFinder, SourceLoader
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, Phase, settings
from mutmut.mutation import trampoline

from tests.mutants.generate import Mutant, Mutated, mutated

MODULES = pytest.StashKey[list[Mutated]]()
SURVIVED, KILLED, BROKEN = 0, 1, 2
LONGEST = 60.0
"""Seconds that the tests of a mutant may take, in addition to 5 times their usual duration."""

settings.register_profile(
    "mutants",
    phases=[Phase.explicit, Phase.generate],  # one counterexample is enough; it is not shrunk
    max_examples=25,  # a mutant that more examples are needed for is killed by chance
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


class Loader(SourceLoader):
    """Load the mutated text of a module instead of its file."""

    def __init__(self, module: Mutated) -> None:
        self._module = module

    def get_filename(self, fullname: str) -> str:
        del fullname
        return str(self._module.path.absolute())

    def get_data(self, path: bytes | str) -> bytes:
        del path
        return self._module.text.encode()


class Finder(MetaPathFinder):
    """Find the mutated modules before Python finds their files."""

    def __init__(self, modules: Iterable[Mutated]) -> None:
        self._modules = {module.name: module for module in modules}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        del path, target
        module = self._modules.get(fullname)
        return None if module is None else spec_from_loader(fullname, Loader(module))


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("mutants")
    group.addoption("--mutate", action="append", default=[], help="a module to mutate, as a path")
    group.addoption(
        "--mutants", action="append", help="run only mutants whose name matches this pattern"
    )
    group.addoption("--mutants-report", help="file for the verdicts, as JSON")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Install the finder before anything imports the modules."""
    modules = [mutated(Path(path)) for path in early_config.known_args_namespace.mutate]
    early_config.stash[MODULES] = modules
    sys.meta_path.insert(0, Finder(modules))
    trampoline.set_mutant_under_test("none")


def pytest_configure() -> None:
    settings.load_profile("mutants")  # after the profile that the suite's conftest loads


class Reach:
    """A pytest plugin that records which tests reach which functions, and how long they take."""

    def __init__(self) -> None:
        self.tests: dict[str, set[str]] = defaultdict(set)
        self.seconds: dict[str, float] = defaultdict(float)
        self._called_functions: set[str] = set()
        self._called_by_fixtures: dict[str, set[str]] = {}

    def hit(self, name: str, caller: str | None = None) -> None:
        """Record a call of a function; mutmut's trampoline calls this."""
        del caller
        self._called_functions.add(name)

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(
        self, fixturedef: pytest.FixtureDef[object]
    ) -> Generator[None, object, object]:
        """Record which functions a shared fixture calls, by the fixture's name.

        The fixture is set up only once, but its calls count for every test that uses it.
        """
        before, self._called_functions = self._called_functions, set()
        try:
            return (yield)
        finally:
            if fixturedef.scope != "function":
                self._called_by_fixtures[fixturedef.argname] = self._called_functions
            self._called_functions |= before

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] += report.duration
        if report.failed:
            sys.stdout.write(f"\n{report.nodeid}\n{report.longreprtext}\n")
            sys.stdout.flush()

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> None:
        """Add the test to the tests of each function that it or its fixtures have called."""
        shared = (
            self._called_by_fixtures.get(name, set()) for name in getattr(item, "fixturenames", ())
        )
        for name in self._called_functions.union(*shared):
            self.tests[name].add(item.nodeid)
        self._called_functions = set()


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool:
    """Run the tests once without a mutant, then once for each mutant."""
    if session.testsfailed:
        raise session.Interrupted("the tests cannot be collected")
    show = session.config.get_terminal_writer()
    tests, seconds = _run_without_mutant(session)
    found = []
    wanted = session.config.getoption("--mutants") or ["*"]
    gc.freeze()
    for module in session.config.stash[MODULES]:
        for mutant in module.mutants:
            if not any(fnmatch(mutant.name, one) for one in wanted):
                continue
            items = [item for item in session.items if item.nodeid in tests.get(mutant.of, ())]
            items.sort(key=lambda item: seconds[item.nodeid])
            verdict = _run_with_mutant(
                session, mutant, items, sum(seconds[i.nodeid] for i in items)
            )
            found.append({**mutant.as_dict(), "verdict": verdict, "path": str(module.path)})
            show.write("." if verdict in ("killed", "timeout") else "s", flush=True)
    if report := session.config.getoption("--mutants-report"):
        Path(report).write_text(json.dumps(found, ensure_ascii=False, indent=1))
    return True


def _run_without_mutant(session: pytest.Session) -> tuple[dict[str, set[str]], dict[str, float]]:
    """Run all tests without a mutant, in a forked process, so that no server or thread remains.

    Return the tests that reach each function, and the duration of each test.
    """
    reach = Reach()
    read, write = os.pipe()

    def run() -> int:
        os.close(read)
        vars(trampoline)["record_trampoline_hit"] = reach.hit
        session.config.pluginmanager.register(reach)
        status = _run(session, session.items)
        recorded = {"tests": {name: sorted(ids) for name, ids in reach.tests.items()}}
        with os.fdopen(write, "w") as pipe:
            json.dump({**recorded, "seconds": reach.seconds}, pipe)
        return status

    child = _fork("stats", run, quiet=False)
    os.close(write)
    with os.fdopen(read) as pipe:
        text = pipe.read()
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != SURVIVED or not text:
        raise session.Failed("the tests fail without a mutant")
    recorded = json.loads(text)
    return {name: set(ids) for name, ids in recorded["tests"].items()}, recorded["seconds"]


def _run_with_mutant(
    session: pytest.Session, mutant: Mutant, items: Sequence[pytest.Item], seconds: float
) -> str:
    """Run the tests on a mutant, with limits of time and CPU time, and return the verdict."""
    if not items:
        return "no tests"

    def run() -> int:
        cpu_seconds = 20 + int(5 * seconds)
        resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))
        return _run(session, items)

    child = _fork(mutant.name, run)
    ended = _wait(child, LONGEST + 5 * seconds)
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    if ended is None:
        os.waitpid(child, 0)
        return "timeout"
    verdicts = {SURVIVED: "survived", KILLED: "killed"}
    return verdicts.get(ended, "timeout" if ended == -signal.SIGXCPU else f"killed ({ended})")


def _fork(mutant: str, run: Callable[[], int], *, quiet: bool = True) -> int:
    """Call `run` in a forked process with this mutant selected; return the process id."""
    child = os.fork()
    if child:
        return child
    status = BROKEN
    try:
        os.setpgrp()
        if quiet:
            devnull = os.open(os.devnull, os.O_WRONLY)
            for stream in (1, 2):
                os.dup2(devnull, stream)
        trampoline.set_mutant_under_test(mutant)
        status = run()
    finally:
        os._exit(status)


def _run(session: pytest.Session, items: Sequence[pytest.Item]) -> int:
    """Run the tests until one fails; return KILLED if one has failed, otherwise SURVIVED."""
    for item, following in zip(items, [*items[1:], None], strict=True):
        item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.testsfailed:
            return KILLED
    return SURVIVED


def _wait(child: int, seconds: float) -> int | None:
    """Wait for the end of a process and return its exit code, None after the timeout."""
    watched = os.pidfd_open(child)
    try:
        ready, _, _ = select.select([watched], [], [], seconds)
    finally:
        os.close(watched)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) if ready else None

"""Run tests against mutants of the modules in modules.toml: `python -m tests.mutants [pattern]`.

Every mutant that survives has to be in survivors.toml with the reason why it does not matter. With
--record the results are written to docs/mutants.md.
"""

import argparse
import json
import os
import subprocess
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatch
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

HERE = Path(__file__).parent
SCORES = Path("docs/mutants.md")
ALIVE = {"survived", "no tests"}
EVERY = "*"
"""In survivors.toml: all changes of a function that tests on the embedded stack do not reach."""

Found = dict[str, Any]
Reasons = Mapping[tuple[str, str, str], str]

PYTEST = ["-m", "pytest", "-p", "tests.mutants.plugin", "--stack=embedded", "-q", "-s"]
QUIET = ["-p", "no:randomly", "-p", "no:cacheprovider"]

HEAD = """# Mutants

A mutant is the code with one change: `<` instead of `<=`, an argument left out, a number increased
by one. A test that fails with the change kills the mutant; a mutant that survives shows behaviour
that no test states. This page is written by `make mutants`: mutmut generates the mutants, and
`tests/mutants/modules.toml` names the tests for each module. Code outside functions and functions
with a decorator are not mutated. `*` in the list of survivors means that tests on the embedded
stack do not reach the function; the reason names the tests that do.

| module | killed | of | survivors |
|---|---|---|---|
"""


def main() -> int:
    """Run the matching modules; return 1 if a mutant survives without a reason."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument(
        "patterns", nargs="*", default=["*"], help="patterns of paths; by default all modules"
    )
    parser.add_argument("--record", action="store_true", help=f"write the results to {SCORES}")
    arguments = parser.parse_args()
    table: Mapping[str, list[str]] = tomllib.loads((HERE / "modules.toml").read_text())
    reasons = read_reasons()
    wanted = [path for path in table if any(fnmatch(path, one) for one in arguments.patterns)]
    missing: list[str] = []
    for path in wanted:
        found = run_mutants(path, table[path])
        without = [*without_reason(path, found, reasons)]
        lines = [row(path, found), *unneeded_reasons(path, found, reasons), *without]
        print("\n".join(lines), flush=True)  # noqa: T201  a command for a terminal
        missing += without
        if arguments.record:
            record(table, {path: row(path, found)}, reasons)
    return 1 if missing else 0


def record(table: Iterable[str], rows: dict[str, str], reasons: Reasons) -> None:
    """Write these rows to the page of results; the rows of other modules stay as they are.

    It is called after each module, so that an interrupted run keeps what it has found.
    """
    all_rows = recorded() | rows
    listed = [all_rows[path] for path in table if path in all_rows]
    SCORES.write_text(document(listed, reasons), encoding="utf-8")


def read_reasons() -> Reasons:
    """Return the reason of each listed survivor, by module, function and change."""
    listed = tomllib.loads((HERE / "survivors.toml").read_text(encoding="utf-8"))
    return {
        (module, each["function"], change): each["reason"]
        for module, survivors in listed.items()
        for each in survivors
        for change in each["changes"]
    }


def run_mutants(path: str, tests: Iterable[str]) -> list[Found]:
    """Run the mutants of one module; return the change and the verdict of each."""
    with TemporaryDirectory() as folder:
        report = Path(folder, "mutants.json")
        command = [
            sys.executable,
            *PYTEST,
            *QUIET,
            f"--mutate={path}",
            f"--mutants-report={report}",
        ]
        subprocess.run([*command, *tests], check=False, env=os.environ)
        if not report.exists():
            sys.exit(f"The tests of {path} fail without a mutant.")
        found: list[Found] = json.loads(report.read_text(encoding="utf-8"))
    return found


def without_reason(path: str, found: Iterable[Found], reasons: Reasons) -> Iterable[str]:
    """Yield a line for each survivor without a reason."""
    for module, function, change in sorted(_alive(path, found) - reasons.keys()):
        if (module, function, EVERY) not in reasons:
            yield f"survived: {module} {function}: {change}"


def unneeded_reasons(path: str, found: Iterable[Found], reasons: Reasons) -> Iterable[str]:
    """Yield a line for each listed survivor that a test, or the time limit, killed this time."""
    alive = _alive(path, found)
    gone = {key for key in reasons if key[0] == path} - alive
    for module, function, change in sorted(gone - {(*key[:2], EVERY) for key in alive}):
        yield f"killed, so its reason is not needed: {module} {function}: {change}"


def _alive(path: str, found: Iterable[Found]) -> set[tuple[str, str, str]]:
    """Return (path, function, change) of each mutant that no test has killed."""
    return {(path, each["function"], each["change"]) for each in found if each["verdict"] in ALIVE}


def row(path: str, found: Sequence[Found]) -> str:
    """Return the table row with the result of a module."""
    alive = sum(each["verdict"] in ALIVE for each in found)
    return f"| {path} | {len(found) - alive} | {len(found)} | {alive} |"


def recorded() -> dict[str, str]:
    """Return the recorded table row of each module."""
    lines = SCORES.read_text(encoding="utf-8").splitlines()
    return {
        line.split()[1]: line for line in lines if line.startswith(("| services/", "| shared/"))
    }


def document(rows: Sequence[str], reasons: Reasons) -> str:
    """Return the text of docs/mutants.md: all results, their sum, and the survivors by reason."""
    figures = [[int(figure) for figure in row.split("|")[2:5]] for row in rows]
    killed, run_mutants, alive = (sum(column) for column in zip(*figures, strict=True))
    total = f"| **all** | {killed} | {run_mutants} | {alive} |"
    lines = [*rows, total, "", "## Survivors, and why they do not matter", ""]
    by_reason: dict[tuple[str, str], list[str]] = defaultdict(list)
    for (module, function, change), reason in reasons.items():
        by_reason[module, reason].append(f"{function}: `{change}`")
    for (module, reason), changes in by_reason.items():
        lines += [f"- {module}: {reason}", *(f"  - {change}" for change in changes)]
    return HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())

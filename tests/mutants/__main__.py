"""Try the mutants of the modules in modules.toml: `python -m tests.mutants [pattern of paths]`.

Every survivor has to be in survivors.toml with the reason why it does not matter. With --record the
rows of what was tried are written to docs/mutants.md.
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
"""Listed as a change: all of a function, where only another stack reaches it."""

Found = dict[str, Any]
Reasons = Mapping[tuple[str, str, str], str]

PYTEST = ["-m", "pytest", "-p", "tests.mutants.plugin", "--stack=embedded", "-q", "-s"]
QUIET = ["-p", "no:randomly", "-p", "no:cacheprovider"]

HEAD = """# Mutants

A mutant is the code with one thing changed: `<` for `<=`, an argument left out, a number one
higher. A test that fails on it kills it; one that survives shows what no test states. Written by
`make mutants` (mutmut makes the mutants; `tests/mutants` says which tests are meant to hold which
module). Not mutated: code outside functions, and functions with a decorator. Where `*` is listed,
embedded tests do not reach the function; the reason says what does.

| module | killed | of | survivors |
|---|---|---|---|
"""


def main() -> int:
    """Try all modules that match; 1 if something survives without a reason."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("patterns", nargs="*", default=["*"], help="of paths; none: all of them")
    parser.add_argument("--record", action="store_true", help=f"write the rows to {SCORES}")
    asked = parser.parse_args()
    table: Mapping[str, list[str]] = tomllib.loads((HERE / "modules.toml").read_text())
    reasons = read_reasons()
    wanted = [path for path in table if any(fnmatch(path, one) for one in asked.patterns)]
    results = {path: tried(path, table[path]) for path in wanted}
    idle = [line for path, found in results.items() for line in outlived(path, found, reasons)]
    wrong = [line for path, found in results.items() for line in unexplained(path, found, reasons)]
    rows = {path: row(path, found) for path, found in results.items()}
    print("\n".join([*rows.values(), *idle, *wrong]))  # noqa: T201 - for a terminal
    if asked.record:
        all_rows = recorded() | rows
        kept = [all_rows[path] for path in table if path in all_rows]
        SCORES.write_text(document(kept, reasons), encoding="utf-8")
    return 1 if wrong else 0


def read_reasons() -> Reasons:
    """Read why each listed survivor does not matter, by module, function and change."""
    listed = tomllib.loads((HERE / "survivors.toml").read_text(encoding="utf-8"))
    return {
        (module, each["function"], change): each["reason"]
        for module, survivors in listed.items()
        for each in survivors
        for change in each["changes"]
    }


def tried(path: str, tests: Iterable[str]) -> list[Found]:
    """Try the mutants of one module; what each changes, and what became of it."""
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


def unexplained(path: str, found: Iterable[Found], reasons: Reasons) -> Iterable[str]:
    """Tell of survivors without a reason."""
    for module, function, change in sorted(_alive(path, found) - reasons.keys()):
        if (module, function, EVERY) not in reasons:
            yield f"survived: {module} {function}: {change}"


def outlived(path: str, found: Iterable[Found], reasons: Reasons) -> Iterable[str]:
    """Tell of reasons without a survivor; one that is only slow may die of the time limit."""
    alive = _alive(path, found)
    gone = {key for key in reasons if key[0] == path} - alive
    for module, function, change in sorted(gone - {(*key[:2], EVERY) for key in alive}):
        yield f"killed, so it needs no reason: {module} {function}: {change}"


def _alive(path: str, found: Iterable[Found]) -> set[tuple[str, str, str]]:
    return {(path, each["function"], each["change"]) for each in found if each["verdict"] in ALIVE}


def row(path: str, found: Sequence[Found]) -> str:
    """Write the score of a module."""
    alive = sum(each["verdict"] in ALIVE for each in found)
    return f"| {path} | {len(found) - alive} | {len(found)} | {alive} |"


def recorded() -> dict[str, str]:
    """Read the row of each module as it was recorded last."""
    lines = SCORES.read_text(encoding="utf-8").splitlines()
    return {
        line.split()[1]: line for line in lines if line.startswith(("| services/", "| shared/"))
    }


def document(rows: Sequence[str], reasons: Reasons) -> str:
    """Write the scores with their sum, and the survivors by reason."""
    figures = [[int(figure) for figure in row.split("|")[2:5]] for row in rows]
    killed, tried, alive = (sum(column) for column in zip(*figures, strict=True))
    total = f"| **all** | {killed} | {tried} | {alive} |"
    lines = [*rows, total, "", "## Survivors, and why they do not matter", ""]
    by_reason: dict[tuple[str, str], list[str]] = defaultdict(list)
    for (module, function, change), reason in reasons.items():
        by_reason[module, reason].append(f"{function}: `{change}`")
    for (module, reason), changes in by_reason.items():
        lines += [f"- {module}: {reason}", *(f"  - {change}" for change in changes)]
    return HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())

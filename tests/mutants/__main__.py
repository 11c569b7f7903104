"""Try the mutants of the modules in modules.toml: `python -m tests.mutants [pattern of paths]`.

Every survivor has to be in survivors.toml with the reason why it does not matter. A run
over the whole table writes docs/mutants.md.
"""

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


def main(patterns: Sequence[str]) -> int:
    """Try all modules that match; 1 if something survives without a reason."""
    table: Mapping[str, list[str]] = tomllib.loads((HERE / "modules.toml").read_text())
    reasons = read_reasons()
    wanted = [path for path in table if any(fnmatch(path, one) for one in patterns or ["*"])]
    results = {path: tried(path, table[path]) for path in wanted}
    idle = [line for path, found in results.items() for line in outlived(path, found, reasons)]
    wrong = [line for path, found in results.items() for line in unexplained(path, found, reasons)]
    print("\n".join([*score_lines(results), *idle, *wrong]))  # noqa: T201 - for a terminal
    if len(results) == len(table):
        SCORES.write_text(document(results, reasons), encoding="utf-8")
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


def score_lines(results: Mapping[str, Sequence[Found]]) -> Iterable[str]:
    for path, found in results.items():
        alive = sum(each["verdict"] in ALIVE for each in found)
        yield f"| {path} | {len(found) - alive} | {len(found)} | {alive} |"


def document(results: Mapping[str, Sequence[Found]], reasons: Reasons) -> str:
    """Write the scores, and the survivors by reason."""
    lines = [*score_lines(results), "", "## Survivors, and why they do not matter", ""]
    by_reason: dict[tuple[str, str], list[str]] = defaultdict(list)
    for (module, function, change), reason in reasons.items():
        by_reason[module, reason].append(f"{function}: `{change}`")
    for (module, reason), changes in by_reason.items():
        lines += [f"- {module}: {reason}", *(f"  - {change}" for change in changes)]
    return HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

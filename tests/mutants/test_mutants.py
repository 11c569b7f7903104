"""Every module with rules is mutated, and every survivor has a reason."""

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from tests.mutants.__main__ import HERE, read_reasons, recorded

RULES = (
    "domain",
    "rules",
    "checks",
    "importing",
    "lines",
    "staging",
    "trial",
    "ladder",
    "student",
)
"""Modules of a noun that contain rules."""
WANTED = [
    *(f"services/**/{module}.py" for module in RULES),
    "shared/messaging/**/[a-z]*.py",
    "shared/http/[a-z]*.py",
    "shared/imports/cells.py",
    "shared/imports/columns.py",
    "shared/imports/layout.py",
    "shared/imports/specs.py",
    "shared/files/cells.py",
    "shared/money.py",
    "shared/loops.py",
]
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
TABLE: dict[str, list[str]] = tomllib.loads((HERE / "modules.toml").read_text(encoding="utf-8"))


def test_every_module_with_rules_and_every_module_of_messaging_is_listed_in_modules_toml() -> None:
    wanted = {str(path) for pattern in WANTED for path in Path().glob(pattern)}
    assert wanted - TABLE.keys() == set()


def test_docs_mutants_has_the_result_of_every_listed_module() -> None:
    assert recorded().keys() == TABLE.keys()


def test_every_listed_module_and_test_exists() -> None:
    named = {*TABLE, *(test.partition("::")[0] for tests in TABLE.values() for test in tests)}
    assert {path for path in named if not Path(path).is_file()} == set()


def test_every_listed_survivor_belongs_to_a_mutated_module_and_an_existing_function() -> None:
    listed = {(module, function) for module, function, _ in read_reasons()}
    assert {module for module, _ in listed} - TABLE.keys() == set()
    assert listed - {(module, name) for module, _ in listed for name in functions(module)} == set()


def functions(module: str) -> Iterator[str]:
    """Yield the functions of a module as mutants name them: `name`, or `Class.name`."""
    for node in ast.parse(Path(module).read_text(encoding="utf-8")).body:
        inside = node.body if isinstance(node, ast.ClassDef) else [node]
        prefix = f"{node.name}." if isinstance(node, ast.ClassDef) else ""
        yield from (f"{prefix}{each.name}" for each in inside if isinstance(each, FUNCTION))


def test_the_command_runs_the_mutants_of_a_module_and_its_survivors_have_reasons() -> None:
    module = "services/gateway/api_key/domain.py"
    finished = subprocess.run(
        [sys.executable, "-m", "tests.mutants", module], capture_output=True, text=True, check=False
    )
    (row,) = [line for line in finished.stdout.splitlines() if line.startswith(f"| {module} |")]
    killed, total, survived = map(int, row.split("|")[2:5])
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert killed + survived == total > killed > 0

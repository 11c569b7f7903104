"""Shape rules: short files, short functions, and modules whose names say what they contain."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import Any

from tests.shape.repeats import repeats
from tests.shape.services import is_migration, service_violations, tree_violations
from tests.shape.words import words

TREES = ("services", "shared", "deploy", "tests")
LONGEST_FILE = 400
LONGEST_FUNCTION = 60
REPOSITORY = Path(__file__).parents[2]
EMPTY_NAMES = {"base", "common", "helper", "helpers", "manager", "misc", "util", "utils"}
WITHOUT_AREAS = "gateway"
"""The only service whose modules need not be in a noun of an area."""
SERVICE_MODULES = {"__init__", "__main__", "app", "models", "settings", "worker"}


def _import_contracts() -> list[dict[str, Any]]:
    """Return the contracts of import-linter in pyproject.toml."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))
    contracts: list[dict[str, Any]] = project["tool"]["importlinter"]["contracts"]
    return contracts


def noun_modules() -> set[str]:
    """Return the allowed names of a noun's modules, read from the layers in pyproject.toml."""
    (layers,) = (
        contract["layers"]
        for contract in _import_contracts()
        if contract["name"] == "Inside a noun imports point inwards"
    )
    return {name for layer in layers for name in re.findall(r"\w+", layer)}


def services_with_area_contract() -> set[str]:
    """Return the services with a contract that orders all areas and refuses an unlisted one."""
    return {
        container.removeprefix("services.")
        for contract in _import_contracts()
        if contract["type"] == "layers" and contract.get("exhaustive")
        for container in contract.get("containers", ())
    }


NOUN_MODULES = noun_modules()


def violations(root: Path) -> Iterator[str]:
    """Yield each violation in the files below a folder as `path:line: what is wrong`."""
    for path in python_files(root):
        shown = path.relative_to(root)
        text = path.read_text(encoding="utf-8")
        yield from _name_violations(shown)
        yield from _module_violations(shown)
        yield from _document_violations(shown, text)
        yield from _file_length_violations(shown, text)
        tree = ast.parse(text)
        yield from service_violations(shown, tree)
        if not is_migration(shown):  # a migration is one long list of statements
            yield from _function_length_violations(shown, tree)
            yield from words(shown, tree)
    yield from _area_contract_violations(root)
    yield from tree_violations(root)
    yield from repeats(root)


def python_files(root: Path) -> Iterator[Path]:
    for tree in TREES:
        yield from sorted((root / tree).rglob("*.py"))


def _name_violations(path: Path) -> Iterator[str]:
    """Yield a violation for each empty name in the path, such as "utils"."""
    for name in (*path.parts[:-1], path.stem):
        if name in EMPTY_NAMES:
            yield f"{path}:1: {name!r} does not say what is in it"


def _module_violations(path: PurePath) -> Iterator[str]:
    """Yield a violation where a module of a service is not `<area>/<noun>/<allowed name>.py`."""
    match path.parts:
        case ("services", _, "migrations", "env.py") | ("services", _, "migrations", "versions", _):
            return
        case ("services", service, _) if service != WITHOUT_AREAS:
            if path.stem not in SERVICE_MODULES:
                names = ", ".join(sorted(SERVICE_MODULES))
                yield f"{path}:1: beside its areas a service has {names}"
        case ("services", service, _, "__init__.py") if service != WITHOUT_AREAS:
            return
        case ("services", service, _area, _noun, _) if service != WITHOUT_AREAS:
            if path.stem not in NOUN_MODULES | {"__init__"}:
                yield f"{path}:1: no layer of pyproject.toml names a module {path.stem!r} of a noun"
        case ("services", service, _, *_) if service != WITHOUT_AREAS:
            yield f"{path}:1: a module belongs to a noun: services/<service>/<area>/<noun>/"


def _area_contract_violations(root: Path) -> Iterator[str]:
    """Yield a violation for each service, except the gateway, whose areas have no contract."""
    services = {
        path.relative_to(root / "services").parts[0] for path in root.glob("services/*/**/*.py")
    }
    for service in sorted(services - services_with_area_contract() - {WITHOUT_AREAS}):
        yield f"pyproject.toml:1: there is no contract 'Areas of ...' of services.{service}"


def _document_violations(path: Path, text: str) -> Iterator[str]:
    """Yield a violation for each reference to a document that does not exist."""
    for number, line in enumerate(text.splitlines(), 1):
        for name in re.findall(r"[\w./-]+\.md\b", line):
            if not any((REPOSITORY / folder / name).exists() for folder in ("", "docs")):
                yield f"{path}:{number}: there is no document {name!r}"


def _file_length_violations(path: Path, text: str) -> Iterator[str]:
    lines = text.count("\n")
    if lines > LONGEST_FILE:
        yield f"{path}:{LONGEST_FILE}: {lines} lines, at most {LONGEST_FILE}"


def _function_length_violations(path: Path, tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > LONGEST_FUNCTION:
                at = f"{path}:{node.lineno}"
                yield f"{at}: {node.name} has {lines} lines, at most {LONGEST_FUNCTION}"

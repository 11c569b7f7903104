"""Shape rules of services: migrations, commits, package files and the names of nouns."""

import ast
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import TypeGuard

NOT_PYTHON = {".pyi", ".sql"}


CODES = {"problems.py"}
"""The modules of services that declare codes of faults."""


def is_migration(path: PurePath) -> bool:
    match path.parts:
        case ("services", _, "migrations", "versions", _):
            return True
    return False


def is_text(node: ast.AST) -> bool:
    """Return whether a statement is a text and nothing else, such as a docstring."""
    match node:
        case ast.Expr(value=ast.Constant(value=str())):
            return True
    return False


def service_violations(path: PurePath, tree: ast.Module) -> Iterator[str]:
    """Yield each violation in a module of a service."""
    if is_migration(path):
        yield from _migration_violations(path, tree)
    elif path.parts[0] == "services":
        if path.name == "__init__.py" and not all(map(is_text, tree.body)):
            yield f"{path}:1: the __init__.py of a package of a service has only a docstring"
        for node in ast.walk(tree):
            if path.name not in CODES and _declares_a_code(node):
                yield (
                    f"{path}:{node.lineno}: the catalogue has only the codes of faults "
                    "that a module `problems` declares"
                )
            if isinstance(node, ast.Attribute) and node.attr == "commit":
                yield (
                    f"{path}:{node.lineno}: a service does not commit: "
                    "a route asks for `Transaction`, a job for `run.transaction()`"
                )


def _declares_a_code(node: ast.AST) -> TypeGuard[ast.Call | ast.ClassDef]:
    """Return whether a node declares a code of faults, or a problem, which has an advice."""
    match node:
        case ast.Call(func=ast.Name(id="FaultCode")):
            return True
        case ast.ClassDef(body=body):
            texts = [one for one in body if isinstance(one, ast.Assign)]
            return any(ast.unparse(one.targets[0]) == "advice" for one in texts)
    return False


def _migration_violations(path: PurePath, tree: ast.Module) -> Iterator[str]:
    """Yield each import of a service, deploy or tests: they change, a migration must not."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom) and any(
            name.split(".")[0] in {"services", "", "deploy", "tests"} for name in _imported(node)
        ):
            yield f"{path}:{node.lineno}: a migration imports no service, deploy or tests"


def _imported(node: ast.Import | ast.ImportFrom) -> list[str]:
    """Return the modules that a statement imports; the name of a relative one begins with a dot."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return ["." * node.level + (node.module or "")]


def tree_violations(root: Path) -> Iterator[str]:
    """Yield a violation for each file that is no Python, and each second noun of the same name."""
    for path in sorted((root / "services").rglob("*")):
        if path.suffix in NOT_PYTHON:
            shown = path.relative_to(root)
            yield f"{shown}:1: SQL and types are in the modules, not in {path.suffix} files"
    areas: dict[tuple[str, str], str] = {}
    for path in sorted((root / "services").glob("*/*/*/__init__.py")):
        _, service, area, noun, _ = path.relative_to(root).parts
        other = areas.setdefault((service, noun), area)
        if other != area:
            shown = path.relative_to(root)
            yield f"{shown}:1: services/{service}/{other} has a noun {noun!r} already"

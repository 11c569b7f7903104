"""Tests that the demo shares no code with the product."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import deploy.demo

FOLDER = Path(deploy.demo.__file__).parent
MODULES = [path for path in sorted(FOLDER.glob("*.py")) if path.name != "__main__.py"]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_module_of_the_demo_imports_nothing_of_the_product(path: Path) -> None:
    """With shared code, the demo and the product could have the same wrong figures."""
    for module in _imported_modules(path):
        assert not module.startswith(("services", "shared", "deploy.local"))


def _imported_modules(path: Path) -> Iterator[str]:
    """Yield the names of the modules that a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""

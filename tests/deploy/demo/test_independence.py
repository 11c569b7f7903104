import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import deploy.demo

FOLDER = Path(deploy.demo.__file__).parent
MODULES = [path for path in sorted(FOLDER.glob("*.py")) if path.name != "__main__.py"]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_the_demo_knows_the_product_only_through_its_api(path: Path) -> None:
    """Otherwise its figures would agree with the product's because they are the product's."""
    for module in _imported(path):
        assert not module.startswith(("services", "shared", "deploy.local"))


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""

"""Short files, short functions, and modules named by what they hold."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.shape.repeats import repeats

TREES = ("services", "shared", "deploy", "tests")
LONGEST_FILE = 400
LONGEST_FUNCTION = 60
REPOSITORY = Path(__file__).parents[2]
ROOMS = set(re.findall(r"\w+\.py", (REPOSITORY / "docs" / "architecture.md").read_text("utf-8")))
NOUN = re.compile(r"services/(registry|survey|scoring)/(?!migrations/)\w+/(?!__init__)(\w+\.py)")
EMPTY_NAMES = {"base", "common", "helper", "helpers", "manager", "misc", "util", "utils"}


def violations(root: Path) -> Iterator[str]:
    """Tell each broken rule as `path:line: what is wrong`."""
    for path in python_files(root):
        shown = path.relative_to(root)
        text = path.read_text(encoding="utf-8")
        yield from _of_names(shown)
        yield from _of_documents(shown, text)
        yield from _of_length(shown, text)
        if "migrations" not in shown.parts:  # a migration is one long list of statements
            yield from _of_functions(shown, ast.parse(text))
    yield from repeats(root)


def python_files(root: Path) -> Iterator[Path]:
    for tree in TREES:
        yield from sorted((root / tree).rglob("*.py"))


def _of_names(path: Path) -> Iterator[str]:
    for name in (*path.parts[:-1], path.stem):
        if name in EMPTY_NAMES:
            yield f"{path}:1: {name!r} does not say what is in it"

    noun = NOUN.fullmatch(path.as_posix())
    if noun and noun[2] not in ROOMS:
        yield f"{path}:1: no file of a noun is called {noun[2]!r} in docs/architecture.md"


def _of_documents(path: Path, text: str) -> Iterator[str]:
    """Tell what leads to a document that is not there."""
    for number, line in enumerate(text.splitlines(), 1):
        for name in re.findall(r"[\w./-]+\.md\b", line):
            if not any((REPOSITORY / folder / name).exists() for folder in ("", "docs")):
                yield f"{path}:{number}: there is no document {name!r}"


def _of_length(path: Path, text: str) -> Iterator[str]:
    lines = text.count("\n")
    if lines > LONGEST_FILE:
        yield f"{path}:{LONGEST_FILE}: {lines} lines, at most {LONGEST_FILE}"


def _of_functions(path: Path, tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > LONGEST_FUNCTION:
                place = f"{path}:{node.lineno}"
                yield f"{place}: {node.name} has {lines} lines, at most {LONGEST_FUNCTION}"

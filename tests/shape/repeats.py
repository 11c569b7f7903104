"""Find lines of code that two modules have in common and that belong in one place."""

import ast
import io
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.shape.services import is_migration, is_text

TREES = ("services", "shared", "deploy")
LONGEST_REPEAT = 5


class Stretch(NamedTuple):
    """Consecutive lines of code of a file, and the number of the first line."""

    lines: tuple[str, ...]
    path: Path
    number: int


def repeats(root: Path) -> Iterator[str]:
    """Yield a violation for each stretch of lines that occurs in two modules."""
    seen: dict[tuple[str, ...], Stretch] = {}
    for path in (path for tree in TREES for path in sorted((root / tree).rglob("*.py"))):
        shown = path.relative_to(root)
        if is_migration(shown):  # a migration that has run in a database is never changed
            continue
        found = [
            (stretch, seen[stretch.lines])
            for stretch in _stretches(shown, path.read_text(encoding="utf-8"))
            if seen.setdefault(stretch.lines, stretch).path != shown
        ]
        yield from _first_of_overlapping(found)


def _stretches(path: Path, text: str) -> Iterator[Stretch]:
    """Yield every stretch of LONGEST_REPEAT + 1 lines of code of a module."""
    code = _code_lines(text)
    for start in range(len(code) - LONGEST_REPEAT):
        piece = code[start : start + LONGEST_REPEAT + 1]
        yield Stretch(tuple(line for _, line in piece), path, piece[0][0])


def _code_lines(text: str) -> list[tuple[int, str]]:
    """Return the numbered lines without imports, docstrings, comments and blank lines."""
    lines = text.split("\n")
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            row, column = token.start
            lines[row - 1] = lines[row - 1][:column]
    tree = ast.parse(text)
    left_out = {
        number
        for node in ast.walk(tree)
        if isinstance(node, ast.stmt)
        and (is_text(node) or isinstance(node, ast.Import | ast.ImportFrom))
        for number in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    numbered = ((number, line.strip()) for number, line in enumerate(lines, 1))
    return [(number, line) for number, line in numbered if line and number not in left_out]


def _first_of_overlapping(found: list[tuple[Stretch, Stretch]]) -> Iterator[str]:
    """Yield one violation for each series of overlapping stretches, at its first line."""
    for last, (stretch, other) in zip([None, *found], found, strict=False):
        if last is None or last[0].lines[1:] != stretch.lines[:-1]:
            yield (
                f"{stretch.path}:{stretch.number}: more than {LONGEST_REPEAT} lines "
                f"that are also at {other.path}:{other.number}"
            )

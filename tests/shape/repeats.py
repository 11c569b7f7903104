"""What two services say alike belongs into `shared/`, once; lists of imports apart."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

LONGEST_REPEAT = 5


class Stretch(NamedTuple):
    """Lines that follow each other, blank ones left out, and where they stand."""

    lines: tuple[str, ...]
    path: Path
    number: int

    @property
    def service(self) -> str:
        return self.path.parts[1]


def repeats(root: Path) -> Iterator[str]:
    """Tell each stretch of lines that stands in two services."""
    seen: dict[tuple[str, ...], Stretch] = {}
    for path in sorted((root / "services").rglob("*.py")):
        if "migrations" in path.parts:  # what has run in a database is not changed any more
            continue
        shown = path.relative_to(root)
        found = [
            (stretch, seen[stretch.lines])
            for stretch in _stretches(shown, path.read_text(encoding="utf-8"))
            if seen.setdefault(stretch.lines, stretch).service != stretch.service
        ]
        yield from _firsts(found)


def _stretches(path: Path, text: str) -> Iterator[Stretch]:
    lists = [node for node in ast.parse(text).body if isinstance(node, ast.Import | ast.ImportFrom)]
    listed = {n for node in lists for n in range(node.lineno, (node.end_lineno or 0) + 1)}
    lines = enumerate(text.splitlines(), 1)
    written = [(n, line.strip()) for n, line in lines if line.strip() and n not in listed]
    for start in range(len(written) - LONGEST_REPEAT):
        piece = written[start : start + LONGEST_REPEAT + 1]
        yield Stretch(tuple(line for _, line in piece), path, piece[0][0])


def _firsts(found: list[tuple[Stretch, Stretch]]) -> Iterator[str]:
    """Tell of a longer stretch once, where it begins."""
    for last, (stretch, other) in zip([None, *found], found, strict=False):
        if last is None or last[0].lines[1:] != stretch.lines[:-1]:
            yield (
                f"{stretch.path}:{stretch.number}: more than {LONGEST_REPEAT} lines "
                f"that stand at {other.path}:{other.number} too"
            )

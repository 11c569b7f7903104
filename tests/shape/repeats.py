"""Find lines of code that two services have in common and that belong in `shared/`."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

LONGEST_REPEAT = 5


class Stretch(NamedTuple):
    """Consecutive lines of a file, blank lines left out, and the number of the first line."""

    lines: tuple[str, ...]
    path: Path
    number: int

    @property
    def service(self) -> str:
        return self.path.parts[1]


def repeats(root: Path) -> Iterator[str]:
    """Yield a violation for each stretch of lines that occurs in two services."""
    seen: dict[tuple[str, ...], Stretch] = {}
    for path in sorted((root / "services").rglob("*.py")):
        if "migrations" in path.parts:  # a migration that has run in a database is never changed
            continue
        shown = path.relative_to(root)
        found = [
            (stretch, seen[stretch.lines])
            for stretch in _stretches(shown, path.read_text(encoding="utf-8"))
            if seen.setdefault(stretch.lines, stretch).service != stretch.service
        ]
        yield from _first_of_overlapping(found)


def _stretches(path: Path, text: str) -> Iterator[Stretch]:
    """Yield every stretch of LONGEST_REPEAT + 1 lines of a module; imports are left out."""
    imports = [
        node for node in ast.parse(text).body if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    import_lines = {n for node in imports for n in range(node.lineno, (node.end_lineno or 0) + 1)}
    lines = enumerate(text.splitlines(), 1)
    code = [(n, line.strip()) for n, line in lines if line.strip() and n not in import_lines]
    for start in range(len(code) - LONGEST_REPEAT):
        piece = code[start : start + LONGEST_REPEAT + 1]
        yield Stretch(tuple(line for _, line in piece), path, piece[0][0])


def _first_of_overlapping(found: list[tuple[Stretch, Stretch]]) -> Iterator[str]:
    """Yield one violation for each series of overlapping stretches, at its first line."""
    for last, (stretch, other) in zip([None, *found], found, strict=False):
        if last is None or last[0].lines[1:] != stretch.lines[:-1]:
            yield (
                f"{stretch.path}:{stretch.number}: more than {LONGEST_REPEAT} lines "
                f"that are also at {other.path}:{other.number}"
            )

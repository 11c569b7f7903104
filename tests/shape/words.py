"""Refuse words in names and docstrings that other engineers would not use for these things.

The words, what to write instead, and the names that must stay are data: `words.toml`.
"""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

_LIST = tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8"))
REFUSED_IN_NAMES: dict[str, str] = _LIST["names"]
REFUSED_AT_DOCSTRING_START: dict[str, str] = _LIST["docstrings"]
PUBLIC_NAMES = frozenset(_LIST["public"]["names"])
COMPOUNDS = frozenset(_LIST["allowed"]["compounds"])
_COMPOUND = re.compile(rf"(?<![a-z])(?:{'|'.join(sorted(COMPOUNDS))})s?(?![a-z])")
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
"""Matches each word of a name: `Hot` and `Reads` of `HotReads`."""

_FIRST_WORD = re.compile(r"[^\W_]+(-\w+)*")
"""Matches the first word of a docstring: `Tell` of `(Tell)`, the whole of `Held-out`."""


def words(path: Path, tree: ast.Module) -> Iterator[str]:
    """Yield a violation for each refused word in a name or at the beginning of a docstring."""
    path_names = ((name, 1) for name in (*path.parts[:-1], path.stem))
    for name, line in (*path_names, *_defined_names(tree)):
        for word in _words_of_name(name):
            if word in REFUSED_IN_NAMES:
                yield f"{path}:{line}: {name!r}: not {word!r}, but: {REFUSED_IN_NAMES[word]}"
    for text, line in _docstrings(tree):
        found = _FIRST_WORD.search(text)
        first = found[0] if found else ""
        if first in REFUSED_AT_DOCSTRING_START:
            instead = REFUSED_AT_DOCSTRING_START[first]
            yield f"{path}:{line}: a docstring begins with {first!r}, not with: {instead}"


def _words_of_name(name: str) -> list[str]:
    """Return the words of a name in lower case, without those of public names and compounds."""
    if name in PUBLIC_NAMES:
        return []
    snake_case = "_".join(_WORD.findall(name)).lower()
    return _COMPOUND.sub("", snake_case).split("_")


def _defined_names(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Yield every name that the module defines, with its line; imported names are not its own."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(
                name=name, decorator_list=[ast.Call(func=ast.Attribute(attr="put")), *_]
            ):
                yield name.removeprefix("put_"), node.lineno
            case (
                ast.FunctionDef(name=name)
                | ast.AsyncFunctionDef(name=name)
                | ast.ClassDef(name=name)
                | ast.arg(arg=name)
                | ast.Name(id=name, ctx=ast.Store())
                | ast.Attribute(attr=name, ctx=ast.Store())
                | ast.alias(asname=str(name))
                | ast.ExceptHandler(name=str(name))
                | ast.MatchAs(name=str(name))
                | ast.MatchStar(name=str(name))
                | ast.MatchMapping(rest=str(name))
            ):
                yield name, node.lineno


def _docstrings(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Yield the docstrings of a module, its classes and its functions, with their lines."""
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for node in ast.walk(tree):
        if isinstance(node, kinds) and (text := ast.get_docstring(node)):
            yield text, node.body[0].lineno

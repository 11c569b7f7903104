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
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
"""Matches each word of a name: `Hot` and `Reads` of `HotReads`."""


def words(path: Path, tree: ast.Module) -> Iterator[str]:
    """Yield a violation for each refused word in a name or at the beginning of a docstring."""
    for name, line in [(path.stem, 1), *_defined_names(tree)]:
        if name in PUBLIC_NAMES:
            continue
        for word in map(str.lower, _WORD.findall(name)):
            if word in REFUSED_IN_NAMES:
                yield f"{path}:{line}: {name!r}: not {word!r}, but: {REFUSED_IN_NAMES[word]}"
    for text, line in _docstrings(tree):
        first = text.split(maxsplit=1)[0].strip("`.,:")
        if first in REFUSED_AT_DOCSTRING_START:
            instead = REFUSED_AT_DOCSTRING_START[first]
            yield f"{path}:{line}: a docstring begins with {first!r}, not with: {instead}"


def _defined_names(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Yield every name that the module defines, with its line; imported names are not its own."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name, node.lineno
            case ast.ClassDef(name=name):
                yield name, node.lineno
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()):
                yield name, node.lineno
            case ast.Attribute(attr=name, ctx=ast.Store()):
                yield name, node.lineno
            case ast.alias(asname=str(name)):
                yield name, node.lineno


def _docstrings(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Yield the docstrings of a module, its classes and its functions, with their lines."""
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for node in ast.walk(tree):
        if isinstance(node, kinds) and (text := ast.get_docstring(node)):
            yield text, node.body[0].lineno

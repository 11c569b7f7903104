"""Refuse words of a dialect in names and docstrings; the list is `words.toml`."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

WORDS = tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8"))
_PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def words(path: Path, tree: ast.Module) -> Iterator[str]:
    """Yield a violation for each name and docstring of a module that uses a refused word."""
    for name, line in [(path.stem, 1), *_names(tree)]:
        for part in _PART.findall(name):
            instead = WORDS["names"].get(part.lower())
            if instead and name not in WORDS["public"]["names"]:
                yield f"{path}:{line}: {name!r}: instead of {part.lower()!r} write {instead}"
    for text, line in _docstrings(tree):
        first = text.split(maxsplit=1)[0].strip("`.,:") if text.split() else ""
        if instead := WORDS["docstrings"].get(first):
            yield f"{path}:{line}: docstring begins with {first!r}: write {instead}"


def _names(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Yield every name that the module defines, with its line."""
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
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for node in ast.walk(tree):
        if isinstance(node, kinds) and (text := ast.get_docstring(node)):
            yield text, node.body[0].lineno

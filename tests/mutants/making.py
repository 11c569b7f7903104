"""A module with all its mutants in it, made by mutmut, and what each of them changes."""

import ast
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any

from mutmut.mutation.file_mutation import mutate_file_contents

AROUND = 30


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """One change of one function; `of` is how mutmut names that function, `name` the mutant."""

    name: str
    of: str
    function: str
    change: str

    def told(self) -> dict[str, Any]:
        return {"name": self.name, "function": self.function, "change": self.change}


@dataclass(frozen=True, kw_only=True)
class Mutated:
    """A module as it is imported while its mutants are tried."""

    path: Path
    name: str
    text: str
    mutants: tuple[Mutant, ...]


def mutated(path: Path) -> Mutated:
    """Mutate one module, given as a path from the root of the project."""
    made = mutate_file_contents(str(path), path.read_text(encoding="utf-8"))
    name = ".".join(path.with_suffix("").parts).removesuffix(".__init__")
    bodies = _bodies(made.code)
    mutants = tuple(
        _mutant(name, each, bodies)
        for each in made.mutant_names
        if not _is_wording(bodies[f"{_function(each)}__mutmut_orig"], bodies[each])
    )
    return Mutated(path=path, name=name, text=made.code, mutants=mutants)


def _function(generated: str) -> str:
    return generated.partition("__mutmut_")[0]


def _is_wording(before: str, after: str) -> bool:
    """Tell whether only the wording of a sentence was changed, which no test should repeat."""
    texts, others = _texts(before), _texts(after)
    changed = [text for text, other in zip(texts, others, strict=False) if text != other]
    return len(texts) == len(others) and any(" " in text for text in changed)


def _texts(text: str) -> list[str]:
    constants = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant))
    return [node.value for node in constants if isinstance(node.value, str)]


def _mutant(module: str, generated: str, bodies: dict[str, str]) -> Mutant:
    function = _function(generated)
    return Mutant(
        name=f"{module}.{generated}",
        of=f"{module}.{function}",
        function=function.removeprefix("x_").removeprefix("xǁ").replace("ǁ", "."),
        change=_change(bodies[f"{function}__mutmut_orig"], bodies[generated]),
    )


def _change(before: str, after: str) -> str:
    """Show what differs with a little of what is around it, so that it can be found by eye."""
    start = _alike(before, after)
    end = _alike(before[start:][::-1], after[start:][::-1])
    old, new = before[start : len(before) - end], after[start : len(after) - end]
    left, right = before[max(0, start - AROUND) : start], before[len(before) - end :][:AROUND]
    return " ".join(f"{left}<<{old} | {new}>>{right}".split())


def _alike(one: str, other: str) -> int:
    """Count the characters with which both begin."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _bodies(text: str) -> dict[str, str]:
    """Give the text of every generated function without its generated name."""
    found = {}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and "__mutmut_" in node.name:
            found[node.name] = ast.unparse(node).replace(node.name, "function", 1)
    return found

"""The catalogue of errors: an entry for each declared problem and each declared code of faults."""

from collections.abc import Iterable, Iterator
from importlib import import_module
from types import ModuleType
from typing import Any, Final, TypeAlias, TypeGuard

from shared.catalogue import FaultCode, Texts
from shared.errors import Problem
from shared.packages import module_names

Entry: TypeAlias = dict[str, Any]
"""An entry as `GET /v1/problems` shows it."""
MODULES: Final = ("errors", "faults", "problems")
"""The names of the modules in which problems and codes of faults are declared."""
CODES: Final = "x-problems"
"""The field of an OpenAPI document of an area that has the entries of the area."""


def declared_entries(package: ModuleType) -> list[Entry]:
    """Return the entries that the modules of a package declare: problems first, each by code."""
    modules = [import_module(name) for name in sorted(module_names(package, *MODULES))]
    return merged_entries(entry for module in modules for entry in _entries_of(module))


def merged_entries(entries: Iterable[Entry]) -> list[Entry]:
    """Return the sorted entries, each once: a module also has the codes that it imports.

    Raises ValueError if two different entries have the same kind and code.
    """
    by_key: dict[tuple[bool, str], Entry] = {}
    for entry in entries:
        key = entry["kind"] == "fault", entry["code"]
        if by_key.setdefault(key, entry) != entry:
            raise ValueError(f"The {entry['kind']} {entry['code']} is declared in two ways.")
    return [by_key[key] for key in sorted(by_key)]


def _entries_of(module: ModuleType) -> Iterator[Entry]:
    """Yield the entries of the problems and codes that a module has."""
    for value in vars(module).values():
        if isinstance(value, FaultCode):
            yield _fault_entry(value)
        elif _is_problem(value) and value.__module__ == module.__name__:
            yield _problem_entry(value)


def _is_problem(value: object) -> TypeGuard[type[Problem]]:
    return isinstance(value, type) and issubclass(value, Problem)


def _problem_entry(problem: type[Problem]) -> Entry:
    """Return the entry of a problem."""
    return {
        "code": problem.code,
        "kind": "problem",
        "status": problem.status,
        "title": _texts(problem.title),
        "advice": _texts(problem.advice),
        "params": [],
    }


def _fault_entry(code: FaultCode) -> Entry:
    """Return the entry of a code of faults, which has no status of its own."""
    return {
        "code": code.name,
        "kind": "fault",
        "status": None,
        "title": _texts(code.title),
        "advice": _texts(code.advice),
        "params": list(code.params),
    }


def _texts(texts: Texts) -> dict[str, str]:
    """Return a text in both languages."""
    return texts._asdict()

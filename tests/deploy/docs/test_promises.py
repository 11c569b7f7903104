"""Tests that the endpoints, commands, events and tests named in docs/promises.md exist."""

import ast
import importlib
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from deploy.local.roles import SERVICES
from services.gateway.__main__ import SERVICE as GATEWAY
from services.gateway.admission import PUBLIC_PATHS
from shared.commands import commands_of
from shared.contracts.catalogue import contracts
from shared.service import Service

ROOT = Path(__file__).parents[3]
COLUMNS = 4


def rows(page: str = "promises.md") -> list[list[str]]:
    """Return the cells of every row of the tables of a page, without their headings."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in cells if row[0] not in ("promise", "report")]


def quoted_names(column: int) -> list[str]:
    """Return the texts in backticks in a column of all rows."""
    return [name for row in rows() for name in re.findall(r"`([^`]+)`", row[column])]


def test_every_row_names_a_promise_and_a_test() -> None:
    assert {len(row) for row in rows()} == {COLUMNS}
    assert all(row[0] and row[3] for row in rows())
    assert [row[0].split()[0] for row in rows()[:10]] == [f"P{number}" for number in range(1, 11)]


def test_every_named_test_exists() -> None:
    assert [test for test in quoted_names(3) if not is_test(test)] == []


def test_every_named_endpoint_and_command_exists() -> None:
    known = {*_endpoints(), *_make_targets(), *_service_commands()}
    assert [name for name in quoted_names(1) if name not in known] == []


def test_every_named_event_exists() -> None:
    for service in SERVICES[:3]:
        importlib.import_module(f"shared.contracts.{service}")
    known = {contract.name for contract in contracts().values()}
    assert [name for name in quoted_names(2) if f"patron.{name}.v1" not in known] == []


def is_test(name: str) -> bool:
    """Return whether `path::test_name` is a test function that exists."""
    path, _, function = name.partition("::")
    return function.startswith("test_") and function in _function_names(ROOT / path)


@cache
def _function_names(path: Path) -> frozenset[str]:
    """Return the names of the functions of a module; none if the file does not exist."""
    if not path.exists():
        return frozenset()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def _endpoints() -> Iterator[str]:
    """Yield the endpoints of all services, such as "GET /v1/customers"."""
    files = (ROOT / "services" / "gateway" / "openapi").rglob("*.json")
    documents = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    documents.append(GATEWAY.create_app(GATEWAY.settings()).openapi())
    for document in documents:
        for path, methods in document["paths"].items():
            yield from (f"{method.upper()} {path}" for method in methods)
    yield from (f"GET {path.decode()}" for path in PUBLIC_PATHS)


def _make_targets() -> Iterator[str]:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    return (f"make {target}" for target in re.findall(r"^([a-z]+):", text, re.MULTILINE))


def _service_commands() -> Iterator[str]:
    """Yield the commands of all services, such as "python -m services.survey migrate"."""
    for name in SERVICES:
        service: Service = importlib.import_module(f"services.{name}.__main__").SERVICE
        for command in commands_of(service):
            yield f"python -m services.{name} {command}"

"""Golden files: each event as it was first written. Once there, no command writes one again."""

import types
import typing
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from shared.contracts.catalogue import Contract, contracts
from shared.messaging.envelope import adapter

_VALUES: dict[object, object] = {
    UUID: UUID("0199a7c0-0000-7000-8000-000000000001"),
    datetime: datetime(2026, 2, 20, 16, 30, tzinfo=UTC),
    date: date(2026, 2, 21),
    Decimal: Decimal("0.50"),
    bool: True,
    int: 2,
    float: 2.5,
    type(None): None,
}


def golden(folder: Path, contract: Contract) -> Path:
    """Name the file of an event: its topic, then its type."""
    return folder / contract.topic / f"{contract.name.removeprefix('patron.')}.json"


def written(kind: type, example: object) -> str:
    """Write an event as it travels, only spread over lines."""
    return adapter(kind).dump_json(example, indent=2).decode() + "\n"


def missing(folder: Path) -> dict[Path, str]:
    """Give an example of each event that has no file yet."""
    files = {golden(folder, contract): kind for kind, contract in contracts().items()}
    return {
        path: written(kind, example("", kind)) for path, kind in files.items() if not path.exists()
    }


def example(name: str, hint: Any) -> Any:
    """Make a value of a type; a text says the name of its field."""
    arguments = typing.get_args(hint)
    match typing.get_origin(hint):
        case types.UnionType | typing.Union:
            return example(name, arguments[0])
        case typing.Literal:
            return arguments[0]
        case origin if origin is list:
            return [example(name, arguments[0])]
        case origin if origin is dict:
            return {"code": example(name, arguments[1])}
    if is_dataclass(hint) and isinstance(hint, type):
        hints = typing.get_type_hints(hint)
        return hint(
            **{field.name: example(field.name, hints[field.name]) for field in fields(hint)}
        )
    return _VALUES.get(hint, name)

"""Golden files: an example of each event, written once and never overwritten.

Tests compare the examples with the JSON that the code parses and produces.
"""

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


def golden_file(folder: Path, contract: Contract) -> Path:
    """Return the path of the golden file of an event: `<topic>/<type>.json` in the folder."""
    return folder / contract.topic / f"{contract.name.removeprefix('patron.')}.json"


def event_json(kind: type, example: object) -> str:
    """Return the JSON of an event as it is published, with indentation."""
    return adapter(kind).dump_json(example, indent=2).decode() + "\n"


def missing_golden_files(folder: Path) -> dict[Path, str]:
    """Return the text of the golden file of each event that has none yet, by path."""
    files = {golden_file(folder, contract): kind for kind, contract in contracts().items()}
    return {
        path: event_json(kind, example_value("", kind))
        for path, kind in files.items()
        if not path.exists()
    }


def example_value(name: str, hint: Any) -> Any:
    """Return an example value of a type; the example of a text is the name of its field."""
    arguments = typing.get_args(hint)
    match typing.get_origin(hint):
        case types.UnionType | typing.Union:
            return example_value(name, arguments[0])
        case typing.Literal:
            return arguments[0]
        case origin if origin is list:
            return [example_value(name, arguments[0])]
        case origin if origin is dict:
            return {"code": example_value(name, arguments[1])}
    if is_dataclass(hint) and isinstance(hint, type):
        hints = typing.get_type_hints(hint)
        return hint(
            **{field.name: example_value(field.name, hints[field.name]) for field in fields(hint)}
        )
    return _VALUES.get(hint, name)

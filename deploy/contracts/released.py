"""The contracts of the last release: a JSON file for each event, in the folder `released`."""

import json
from pathlib import Path
from typing import Any

from shared.contracts.catalogue import Contract, contracts
from shared.messaging.schemas import schema_of

FOLDER = Path("deploy", "contracts", "released")
"""The folder of the files, in the root of the repository."""


def present_contracts() -> dict[str, dict[str, Any]]:
    """Return the topic, key and schema of each present event, by type."""
    return {
        contract.name: _document(event_class, contract)
        for event_class, contract in contracts().items()
    }


def released_contracts(root: Path) -> dict[str, dict[str, Any]]:
    """Return the topic, key and schema of each event of the last release, by type."""
    return {
        path.stem: json.loads(path.read_text(encoding="utf-8"))
        for path in sorted((root / FOLDER).glob("*.json"))
    }


def write_released(root: Path) -> None:
    """Write the present contracts as those of the release that is being cut."""
    folder = root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, document in present_contracts().items():
        text = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
        (folder / f"{name}.json").write_text(text, encoding="utf-8")


def _document(event_class: type, contract: Contract) -> dict[str, Any]:
    """Return what consumers rely on: the topic and key of an event, and its schema."""
    return {
        "topic": contract.topic,
        "key": contract.key,
        "compacted": contract.compacted,
        "schema": schema_of(event_class),
    }

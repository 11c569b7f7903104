"""Events as they were first written, in files that never change."""

from pathlib import Path

from shared.contracts.catalogue import contract_of
from shared.messaging.envelope import adapter

FOLDER = Path(__file__).parent


def golden(example: object) -> Path:
    """Name the file of an event: the service that tells it, then its type."""
    contract = contract_of(type(example))
    service = contract.topic.split(".")[1]
    return FOLDER / service / f"{contract.name.removeprefix('patron.')}.json"


def written(example: object) -> str:
    """Write an event as it travels, only spread over lines."""
    return adapter(type(example)).dump_json(example, indent=2).decode() + "\n"


def read(example: object) -> object:
    """Read what was written when the golden file was made."""
    return adapter(type(example)).validate_json(golden(example).read_bytes())

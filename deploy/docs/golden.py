"""Golden files: an example of each event, written once and never overwritten.

Tests compare the examples with the JSON that the code parses and produces.
"""

from pathlib import Path

from shared.contracts.catalogue import Contract, contracts
from shared.messaging.envelope import adapter
from shared.messaging.schemas import example_of


def golden_file(folder: Path, contract: Contract) -> Path:
    """Return the path of the golden file of an event: `<topic>/<type>.json` in the folder."""
    return folder / contract.topic / f"{contract.name.removeprefix('patron.')}.json"


def event_json(kind: type, example: object) -> str:
    """Return the JSON of an event as it is published, with indentation."""
    return adapter(kind).dump_json(example, indent=2).decode() + "\n"


def example_event(kind: type) -> object:
    """Return an example of an event, built from the examples of its fields."""
    return adapter(kind).validate_python(example_of(kind))


def missing_golden_files(folder: Path) -> dict[Path, str]:
    """Return the text of the golden file of each event that has none yet, by path."""
    files = {golden_file(folder, contract): kind for kind, contract in contracts().items()}
    return {
        path: event_json(kind, example_event(kind))
        for path, kind in files.items()
        if not path.exists()
    }

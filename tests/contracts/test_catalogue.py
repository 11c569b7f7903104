"""Every event that is declared has its golden file, and no golden file lost its event."""

from services.gateway.document import asyncapi
from shared.contracts.catalogue import contracts
from tests.contracts.golden import FOLDER


def test_every_contract_is_fixed_in_writing() -> None:
    assert asyncapi.describe(version="1")["channels"]
    declared = {
        f"{contract.topic.split('.')[1]}/{contract.name.removeprefix('patron.')}.json"
        for kind, contract in contracts().items()
        if kind.__module__.startswith("shared.contracts.")
    }
    assert declared == {str(path.relative_to(FOLDER)) for path in FOLDER.glob("*/*.json")}

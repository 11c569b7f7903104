"""What holds for every contract, whichever service tells it."""

from dataclasses import fields, is_dataclass
from typing import Any

import orjson
import pytest

from services.gateway.document import asyncapi
from shared.contracts.catalogue import Contract, contracts
from shared.messaging.envelope import adapter
from tests.contracts.golden import FOLDER

asyncapi.describe(version="1")  # it imports every module of contracts
CONTRACTS = sorted(contracts().items(), key=lambda pair: pair[1].name)
NAMES = [contract.name for _, contract in CONTRACTS]
every_contract = pytest.mark.parametrize(("kind", "contract"), CONTRACTS, ids=NAMES)


def golden(contract: Contract) -> dict[str, Any]:
    service, name = contract.topic.split(".")[1], contract.name.removeprefix("patron.")
    found: dict[str, Any] = orjson.loads((FOLDER / service / f"{name}.json").read_bytes())
    return found


@every_contract
def test_its_golden_file_shows_every_field(kind: type, contract: Contract) -> None:
    assert is_dataclass(kind)
    shown = golden(contract)
    assert list(shown) == [field.name for field in fields(kind)]
    assert contract.key in shown


@every_contract
def test_what_a_later_version_adds_is_ignored(kind: type, contract: Contract) -> None:
    shown = golden(contract)
    read = adapter(kind).validate_json(orjson.dumps(shown | {"added_later": [1]}))
    assert read == adapter(kind).validate_json(orjson.dumps(shown))


PERSONAL = {"name", "name_en", "email", "phone", "city", "tags", "open_answers", "contact"}


@every_contract
def test_personal_data_travels_in_states_alone(kind: type, contract: Contract) -> None:
    """Facts are kept for ever; a state is forgotten with its tombstone. A product is no person."""
    assert is_dataclass(kind)
    about_people = "product" not in contract.topic
    if not contract.compacted and about_people:
        assert not PERSONAL & {field.name for field in fields(kind)}


@every_contract
def test_every_fact_carries_the_version_of_what_it_tells_of(kind: type, contract: Contract) -> None:
    assert is_dataclass(kind)
    assert {"version", "recorded_at", contract.key} <= {field.name for field in fields(kind)}

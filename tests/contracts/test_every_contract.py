"""Rules for every contract: consumers depend on its exact form, so it may only be extended."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest

from deploy.docs.golden import event_json, example, golden, missing
from shared.contracts.catalogue import Contract, contracts
from shared.messaging.envelope import adapter

FOLDER = Path(__file__).parent
CONTRACTS = sorted(contracts().items(), key=lambda pair: pair[1].name)
NAMES = [contract.name for _, contract in CONTRACTS]
every_contract = pytest.mark.parametrize(("kind", "contract"), CONTRACTS, ids=NAMES)

PERSONAL = {
    "external_ids",
    "anonymous_reference",
    "name",
    "name_en",
    "email",
    "phone",
    "city",
    "tags",
    "open_answers",
    "contact",
}


def golden_fields(contract: Contract) -> dict[str, Any]:
    """Return the fields of the event in the golden file of a contract."""
    fields_: dict[str, Any] = orjson.loads(golden(FOLDER, contract).read_bytes())
    return fields_


def names(part: Any) -> Iterator[str]:
    """Yield the names of all fields, nested ones included."""
    if isinstance(part, list):
        for one in part:
            yield from names(one)
    if isinstance(part, dict):
        for name, value in part.items():
            yield name
            yield from names(value)


def test_every_contract_has_a_golden_file_in_the_folder_of_its_topic() -> None:
    assert {golden(FOLDER, contract) for _, contract in CONTRACTS} == set(FOLDER.glob("*/*.json"))


@every_contract
def test_the_event_in_the_golden_file_is_read_and_written_unchanged(
    kind: type, contract: Contract
) -> None:
    """A golden file never changes, except that optional fields are added."""
    before = golden(FOLDER, contract).read_text(encoding="utf-8")
    assert event_json(kind, adapter(kind).validate_json(before)) == before


@every_contract
def test_the_golden_file_has_every_field_of_the_contract(kind: type, contract: Contract) -> None:
    assert is_dataclass(kind)
    assert list(golden_fields(contract)) == [field.name for field in fields(kind)]


@every_contract
def test_the_topic_names_the_service_and_noun_and_the_key_is_the_id_of_the_noun(
    kind: type, contract: Contract
) -> None:
    """The key of a noun without its own id is the first id among its fields."""
    patron, service, noun, *rest = contract.topic.split(".")
    assert (patron, f"shared.contracts.{service}.{noun}") == ("patron", kind.__module__)
    assert rest == (["state", "v1"] if contract.compacted else ["events", "v1"])
    ids = [name for name in golden_fields(contract) if name.endswith("_id")]
    assert contract.key == (f"{noun}_id" if f"{noun}_id" in ids else ids[0])


@every_contract
def test_fields_that_a_later_version_adds_are_ignored(kind: type, contract: Contract) -> None:
    event = golden_fields(contract)
    extended = adapter(kind).validate_json(orjson.dumps(event | {"added_later": [1]}))
    assert extended == adapter(kind).validate_json(orjson.dumps(event))


@every_contract
def test_facts_contain_no_personal_data(kind: type, contract: Contract) -> None:  # noqa: ARG001
    """Facts are never deleted, states are, by a tombstone. Events of products have no such data."""
    is_about_people = "product" not in contract.topic
    if not contract.compacted and is_about_people:
        assert not PERSONAL & set(names(golden_fields(contract)))


@every_contract
def test_every_event_has_the_key_the_version_and_the_time_of_its_record(
    kind: type, contract: Contract
) -> None:
    assert is_dataclass(kind)
    assert {"version", "recorded_at", contract.key} <= {field.name for field in fields(kind)}


@every_contract
def test_the_generated_example_of_a_contract_can_be_written_and_read(
    kind: type, contract: Contract
) -> None:
    event = example(contract.name, kind)
    assert adapter(kind).validate_json(event_json(kind, event)) == event


def test_a_golden_file_is_generated_only_if_it_is_missing(tmp_path: Path) -> None:
    files = missing(tmp_path)
    assert {golden(tmp_path, contract) for _, contract in CONTRACTS} == set(files)
    first = min(files)
    first.parent.mkdir()
    first.write_text("as it was first written")
    assert first not in missing(tmp_path)

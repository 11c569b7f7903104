"""What holds for every contract: others read it byte for byte, so it only grows."""

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


def shown(contract: Contract) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(golden(FOLDER, contract).read_bytes())
    return found


def names(part: Any) -> Iterator[str]:
    """Name every field, those of parts too."""
    if isinstance(part, list):
        for one in part:
            yield from names(one)
    if isinstance(part, dict):
        for name, value in part.items():
            yield name
            yield from names(value)


def test_every_contract_is_fixed_in_writing_on_its_topic() -> None:
    assert {golden(FOLDER, contract) for _, contract in CONTRACTS} == set(FOLDER.glob("*/*.json"))


@every_contract
def test_what_was_ever_written_is_read_and_written_as_it_was(
    kind: type, contract: Contract
) -> None:
    """The file never changes, but for optional fields that come at its end or with a value."""
    before = golden(FOLDER, contract).read_text(encoding="utf-8")
    assert event_json(kind, adapter(kind).validate_json(before)) == before


@every_contract
def test_its_golden_file_shows_every_field(kind: type, contract: Contract) -> None:
    assert is_dataclass(kind)
    assert list(shown(contract)) == [field.name for field in fields(kind)]


@every_contract
def test_its_topic_is_that_of_its_service_and_its_key_that_of_the_noun(
    kind: type, contract: Contract
) -> None:
    """A noun without an id of its own is in order with the noun whose id it names first."""
    patron, service, noun, *rest = contract.topic.split(".")
    assert (patron, f"shared.contracts.{service}.{noun}") == ("patron", kind.__module__)
    assert rest == (["state", "v1"] if contract.compacted else ["events", "v1"])
    ids = [name for name in shown(contract) if name.endswith("_id")]
    assert contract.key == (f"{noun}_id" if f"{noun}_id" in ids else ids[0])


@every_contract
def test_what_a_later_version_adds_is_ignored(kind: type, contract: Contract) -> None:
    now = shown(contract)
    read = adapter(kind).validate_json(orjson.dumps(now | {"added_later": [1]}))
    assert read == adapter(kind).validate_json(orjson.dumps(now))


@every_contract
def test_personal_data_travels_in_states_alone(kind: type, contract: Contract) -> None:  # noqa: ARG001
    """Facts are kept for ever; a state is forgotten with its tombstone. A product is no person."""
    about_people = "product" not in contract.topic
    if not contract.compacted and about_people:
        assert not PERSONAL & set(names(shown(contract)))


@every_contract
def test_every_fact_carries_the_version_of_what_it_tells_of(kind: type, contract: Contract) -> None:
    assert is_dataclass(kind)
    assert {"version", "recorded_at", contract.key} <= {field.name for field in fields(kind)}


@every_contract
def test_the_example_of_a_new_contract_can_be_told(kind: type, contract: Contract) -> None:
    made = example(contract.name, kind)
    assert adapter(kind).validate_json(event_json(kind, made)) == made


def test_only_a_golden_file_that_is_missing_is_written(tmp_path: Path) -> None:
    files = missing(tmp_path)
    assert {golden(tmp_path, contract) for _, contract in CONTRACTS} == set(files)
    first = min(files)
    first.parent.mkdir()
    first.write_text("as it was first written")
    assert first not in missing(tmp_path)

"""Rules for every contract (a class of events): consumers depend on it, so it is only extended.

A golden file has an example of an event, which later versions of the class must still read.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from deploy.docs.golden import event_json, example_event, golden_file, missing_golden_files
from shared.contracts.catalogue import Contract, contracts, published_names
from shared.contracts.scoring.score import ClassChanged, ScoreState
from shared.messaging.envelope import adapter

FOLDER = Path(__file__).parent
CONTRACTS = sorted(contracts().items(), key=lambda pair: pair[1].name)
NAMES = [contract.name for _, contract in CONTRACTS]
every_contract = pytest.mark.parametrize(("event_class", "contract"), CONTRACTS, ids=NAMES)

PERSONAL_FIELDS = {
    "external_ids",
    "anonymous_reference",
    "name",
    "name_en",
    "email",
    "phone",
    "phone_e164",
    "city",
    "tags",
    "open_answers",
    "contact",
}


def golden_fields(contract: Contract) -> dict[str, Any]:
    """Return the fields of the event in the golden file of a contract, by name."""
    parsed: dict[str, Any] = orjson.loads(golden_file(FOLDER, contract).read_bytes())
    return parsed


def field_names(value: Any) -> Iterator[str]:
    """Yield the names of all fields in a JSON value, nested ones included."""
    if isinstance(value, list):
        for element in value:
            yield from field_names(element)
    if isinstance(value, dict):
        for name, field_value in value.items():
            yield name
            yield from field_names(field_value)


def test_every_contract_has_a_golden_file_in_the_folder_of_its_topic() -> None:
    assert {golden_file(FOLDER, contract) for _, contract in CONTRACTS} == set(
        FOLDER.glob("*/*.json")
    )


@every_contract
def test_the_event_in_the_golden_file_is_read_and_written_unchanged(
    event_class: type, contract: Contract
) -> None:
    """A golden file never changes, except that new optional fields are added to it."""
    text = golden_file(FOLDER, contract).read_text(encoding="utf-8")
    assert event_json(event_class, adapter(event_class).validate_json(text)) == text


@every_contract
def test_the_golden_file_has_every_field_of_the_contract(
    event_class: type, contract: Contract
) -> None:
    assert list(golden_fields(contract)) == published_names(event_class)


@every_contract
def test_the_topic_names_service_and_module_and_the_key_is_the_id_of_the_record(
    event_class: type, contract: Contract
) -> None:
    """The key of a record without an id of its own is the first id among its fields."""
    patron, service, module, *rest = contract.topic.split(".")
    assert (patron, f"shared.contracts.{service}.{module}") == ("patron", event_class.__module__)
    assert rest == (["state", "v1"] if contract.compacted else ["events", "v1"])
    ids = [name for name in golden_fields(contract) if name.endswith("_id")]
    assert contract.key == (f"{module}_id" if f"{module}_id" in ids else ids[0])


@every_contract
def test_fields_that_a_later_version_adds_are_ignored(
    event_class: type, contract: Contract
) -> None:
    event = golden_fields(contract)
    extended = adapter(event_class).validate_json(orjson.dumps(event | {"added_later": [1]}))
    assert extended == adapter(event_class).validate_json(orjson.dumps(event))


@pytest.mark.parametrize("event_class", [ClassChanged, ScoreState])
def test_the_class_in_events_of_earlier_releases_is_read(event_class: type) -> None:
    """Until 0.1.0 the field `class` was published as `customer_class`."""
    event = golden_fields(contracts()[event_class])
    earlier = {("customer_class" if name == "class" else name): event[name] for name in event}
    assert earlier != event
    assert adapter(event_class).validate_python(earlier) == adapter(event_class).validate_python(
        event
    )


@every_contract
def test_facts_contain_no_personal_data(event_class: type, contract: Contract) -> None:  # noqa: ARG001
    """Facts are never deleted, so they must not contain fields that a person can have erased.

    Facts about products are exempt: the name of a product is no personal data.
    """
    is_about_people = "product" not in contract.topic
    if not contract.compacted and is_about_people:
        assert not PERSONAL_FIELDS & set(field_names(golden_fields(contract)))


@every_contract
def test_every_event_has_the_key_the_version_and_the_time_of_its_record(
    event_class: type, contract: Contract
) -> None:
    assert {"version", "recorded_at", contract.key} <= set(published_names(event_class))


@every_contract
def test_the_generated_example_of_a_contract_can_be_written_and_read(
    event_class: type,
    contract: Contract,  # noqa: ARG001
) -> None:
    event = example_event(event_class)
    assert adapter(event_class).validate_json(event_json(event_class, event)) == event


def test_a_golden_file_is_generated_only_if_it_is_missing(tmp_path: Path) -> None:
    missing_files = missing_golden_files(tmp_path)
    assert {golden_file(tmp_path, contract) for _, contract in CONTRACTS} == set(missing_files)
    existing_file = min(missing_files)
    existing_file.parent.mkdir()
    existing_file.write_text("as it was first written")
    assert existing_file not in missing_golden_files(tmp_path)

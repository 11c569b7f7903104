"""Events only extend those of the last release; each planted break is found and named."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deploy.contracts import __main__ as command
from deploy.contracts.compatibility import breaking_changes
from deploy.contracts.released import present_contracts, released_contracts, write_released

ORDER, SCORE = "patron.order.placed.v1", "patron.score.state.v1"
Contracts = dict[str, dict[str, Any]]


def changed(change: Callable[[Contracts], object]) -> list[str]:
    """Return the breaking changes from the present contracts to changed ones."""
    after = copy.deepcopy(present_contracts())
    change(after)
    return list(breaking_changes(present_contracts(), after))


def fields(contracts: Contracts, name: str, nested: str | None = None) -> dict[str, Any]:
    """Return the fields of an event, or of a nested type of it, by name."""
    schema = contracts[name]["schema"]
    found: dict[str, Any] = (schema["$defs"][nested] if nested else schema)["properties"]
    return found


def rename_a_field(contracts: Contracts) -> None:
    fields(contracts, SCORE)["customer_class"] = fields(contracts, SCORE).pop("class")


def remove_a_nested_field(contracts: Contracts) -> None:
    del fields(contracts, ORDER, "OrderLine")["discount"]


def require_a_new_field(contracts: Contracts) -> None:
    fields(contracts, SCORE)["rank"] = {"type": "integer"}
    contracts[SCORE]["schema"]["required"].append("rank")


def stop_writing_a_field_always(contracts: Contracts) -> None:
    contracts[SCORE]["schema"]["required"].remove("rung")


def give_a_field_another_type(contracts: Contracts) -> None:
    fields(contracts, SCORE)["silent"]["type"] = "string"


def forbid_null(contracts: Contracts) -> None:
    known = fields(contracts, ORDER)["customer_id"]
    fields(contracts, ORDER)["customer_id"] = known["anyOf"][0]


def allow_null(contracts: Contracts) -> None:
    wave = fields(contracts, SCORE)["as_of"]
    fields(contracts, SCORE)["as_of"] = {"anyOf": [wave, {"type": "null"}]}


def change_a_format(contracts: Contracts) -> None:
    fields(contracts, ORDER)["occurred_on"]["format"] = "date-time"


def narrow_a_limit(contracts: Contracts) -> None:
    fields(contracts, SCORE, "Satisfaction")["index"]["maximum"] = 50


def remove_a_code(contracts: Contracts) -> None:
    fields(contracts, SCORE)["class"]["anyOf"][0]["enum"].remove("C")


def list_the_codes_of_a_free_text(contracts: Contracts) -> None:
    fields(contracts, "patron.response.submitted.v1")["channel"]["enum"] = ["web"]


def change_the_values_of_a_map(contracts: Contracts) -> None:
    answers = fields(contracts, "patron.response.state.v1")["open_answers"]
    answers["additionalProperties"]["type"] = "integer"


def change_the_items_of_a_list(contracts: Contracts) -> None:
    fields(contracts, "patron.customer.state.v1")["tags"]["items"] = {"type": "integer"}


def change(contract: str, aspect: str, value: object) -> Callable[[Contracts], None]:
    """Return a function that gives a contract another topic or key, or none of both."""

    def change_it(contracts: Contracts) -> None:
        contracts[contract][aspect] = value

    return change_it


@pytest.mark.parametrize(
    ("plant", "expected"),
    [
        (rename_a_field, "the field class was removed or renamed."),
        (remove_a_nested_field, "the field lines.discount was removed or renamed."),
        (require_a_new_field, "the field rank is required, but older events may lack it."),
        (stop_writing_a_field_always, "the field rung is no longer in every event."),
        (give_a_field_another_type, "the field silent has another type, format or limit."),
        (forbid_null, "the field customer_id has another type, format or limit."),
        (allow_null, "the field as_of has another type, format or limit."),
        (change_a_format, "the field occurred_on has another type, format or limit."),
        (narrow_a_limit, "the field satisfaction.index has another type, format or limit."),
        (remove_a_code, "the field class has no longer the codes C."),
        (list_the_codes_of_a_free_text, "the field channel has another type, format or limit."),
        (change_the_values_of_a_map, "the field open_answers has another type, format or limit."),
        (change_the_items_of_a_list, "the field tags has another type, format or limit."),
        (lambda contracts: contracts.pop(SCORE), "the event was removed or renamed."),
        (
            change(ORDER, "topic", "patron.sales.order.events.v1"),
            "its topic was patron.registry.order.events.v1, and is patron.sales.order.events.v1.",
        ),
        (change(ORDER, "key", "external_id"), "its key was order_id, and is external_id."),
        (change(SCORE, "compacted", value=False), "its compacted was True, and is False."),
    ],
)
def test_a_planted_break_is_found_and_named(
    plant: Callable[[Contracts], object], expected: str
) -> None:
    found = changed(plant)
    assert [each.partition(": ")[2] for each in found] == [expected]
    assert found[0].startswith("patron.")


def add_an_optional_field(contracts: Contracts) -> None:
    fields(contracts, SCORE)["rank"] = {"type": "integer", "default": 0}
    fields(contracts, ORDER, "OrderLine")["gift"] = {"type": "boolean"}


def add_a_code(contracts: Contracts) -> None:
    fields(contracts, SCORE)["class"]["anyOf"][0]["enum"].append("D")


def describe_a_field_better(contracts: Contracts) -> None:
    fields(contracts, ORDER)["lines"] |= {"description": "Better.", "examples": [[]]}


def add_an_event(contracts: Contracts) -> None:
    contracts["patron.order.paid.v1"] = contracts[ORDER]


@pytest.mark.parametrize(
    "extend", [add_an_optional_field, add_a_code, describe_a_field_better, add_an_event]
)
def test_an_extension_is_no_break(extend: Callable[[Contracts], object]) -> None:
    assert changed(extend) == []


def test_the_present_events_only_extend_those_of_the_last_release() -> None:
    released = released_contracts(command.ROOT)
    assert released
    assert list(breaking_changes(released, present_contracts())) == []


def test_the_command_fails_with_advice_if_a_released_event_was_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_released(tmp_path)
    assert command.main(tmp_path) == 0
    assert capsys.readouterr().out == ""
    [file] = tmp_path.rglob(f"{SCORE}.json")
    file.write_text(file.read_text().replace('"last_purchase_on": {', '"last_order_on": {'))
    assert command.main(tmp_path) == 1
    printed = capsys.readouterr().out
    assert printed.startswith(f"{SCORE}: the field last_order_on was removed or renamed.\n")
    assert "declare a version 2" in printed

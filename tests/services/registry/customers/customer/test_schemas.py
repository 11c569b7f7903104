"""Tests of the bodies of customers."""

from dataclasses import fields

from services.registry.customers.customer.domain import Record
from services.registry.customers.customer.schemas import CustomerChangesOut


def test_the_history_can_show_a_change_of_every_field_of_a_record() -> None:
    assert set(CustomerChangesOut.model_fields) == {field.name for field in fields(Record)}


def test_fields_that_have_not_changed_are_absent_from_the_history() -> None:
    change = CustomerChangesOut.model_validate({"owner": {"from": None, "to": "li.na"}})
    assert (
        change.model_dump_json()
        == '{"owner":{"from":null,"to":"li.na","from_name":null,"to_name":null}}'
    )

"""Customers in files: parsing cells, the external id of a line, and the record after a line."""

from dataclasses import replace

import pytest

from services.registry.customers.colleague.domain import Reference
from services.registry.customers.customer.domain import ExternalId, Record
from services.registry.customers.customer.importing import (
    EMAIL,
    PHONE,
    TAGS,
    CustomerOptions,
    external_id_of,
    main_external_id,
    record_of_line,
)
from shared.contracts.registry.customer import CustomerKind, CustomerNature
from shared.errors import FieldError, InvalidValue
from shared.faults import UNKNOWN_USER
from shared.imports.cells import Cell

OPTIONS = CustomerOptions(system="erp")
NOBODY = "0199a7c0-0000-7000-8000-0000000000ff"


def test_a_line_names_a_customer_by_the_system_and_the_id_without_the_suffix() -> None:
    values = {"external_id": "17.0"}
    assert external_id_of(values, OPTIONS) == ExternalId("erp", "17.0")
    assert external_id_of(values, replace(OPTIONS, strip_suffix=".0")) == ExternalId("erp", "17")


def test_blanks_before_the_suffix_are_removed_from_the_id() -> None:
    options = replace(OPTIONS, strip_suffix="b")
    assert external_id_of({"external_id": "a b"}, options) == ExternalId("erp", "a")


def test_an_id_that_consists_only_of_the_suffix_is_refused() -> None:
    options = replace(OPTIONS, strip_suffix="b")
    with pytest.raises(ValueError, match=r"longer than options\.strip_suffix"):
        external_id_of({"external_id": "b"}, options)


@pytest.mark.parametrize("text", ["NULL.0", "-.0", "1.1E+17.0", "\u3164.0"])
def test_what_is_left_of_an_id_is_neither_a_placeholder_nor_shortened_nor_invisible(
    text: str,
) -> None:
    with pytest.raises(InvalidValue):
        external_id_of({"external_id": text}, replace(OPTIONS, strip_suffix=".0"))


def test_an_existing_customer_has_one_main_id_whichever_id_a_line_names() -> None:
    first, second = ExternalId("erp", "1"), ExternalId("erp", "2")
    record = Record(
        name="x",
        kind=CustomerKind.UNKNOWN,
        nature=CustomerNature.UNKNOWN,
        external_ids=(first, second),
    )
    assert {main_external_id(key, record) for key in (first, second)} == {first}
    assert main_external_id(second, None) == second


def test_kind_and_nature_of_a_new_customer_are_unknown_unless_the_line_has_them() -> None:
    bare = record_of_line({"external_id": "17", "name": "华东"}, OPTIONS, None)
    assert bare == Record(name="华东", kind=CustomerKind.UNKNOWN, nature=CustomerNature.UNKNOWN)
    values = {
        "external_id": "17",
        "name": "华东",
        "kind": CustomerKind.ORGANISATION,
        "nature": CustomerNature.RETAILER,
    }
    record = record_of_line(values, OPTIONS, None)
    assert (record.kind, record.nature) == (CustomerKind.ORGANISATION, CustomerNature.RETAILER)


def test_a_line_changes_only_the_fields_of_an_existing_customer_that_it_has() -> None:
    before = Record(
        name="old", kind=CustomerKind.PERSON, nature=CustomerNature.INDIVIDUAL, city="上海"
    )
    after = record_of_line({"external_id": "17", "name": "new"}, OPTIONS, before)
    assert after == replace(before, name="new")


@pytest.mark.parametrize(
    ("values", "e164"),
    [
        ({}, "+862155550100"),
        ({"country": "DE"}, "+492155550100"),
        ({"phone": "+1 212 555 0100", "country": "DE"}, "+12125550100"),
        ({"phone": "12315"}, None),
    ],
)
def test_the_phone_number_of_a_line_is_one_of_the_country_of_the_line_or_the_options(
    values: dict[str, str], e164: str | None
) -> None:
    line = {"external_id": "17", "name": "王强", "phone": "02155550100"} | values
    assert record_of_line(line, OPTIONS, None).phone_e164 == e164


def test_a_phone_number_that_cannot_exist_is_refused_unless_it_is_stored() -> None:
    stored = Record(name="王强", phone="none")
    line = {"external_id": "17", "name": "王强", "phone": "none"}
    assert record_of_line(line | {"country": "DE"}, OPTIONS, stored).phone_e164 is None
    with pytest.raises(FieldError, match="Give one phone number") as refused:
        record_of_line(line, OPTIONS, None)
    (fault,) = refused.value.faults
    assert (fault.pointer, fault.code) == ("phone", "phone")


def test_all_fields_of_a_line_that_do_not_fit_each_other_are_refused_together() -> None:
    values = {
        "external_id": "17",
        "name": "王强",
        "kind": CustomerKind.PERSON,
        "nature": CustomerNature.RETAILER,
        "phone": "030 123456/030 123457",
    }
    with pytest.raises(FieldError) as refused:
        record_of_line(values, OPTIONS, None)
    assert [fault.pointer for fault in refused.value.faults] == ["nature", "phone"]
    with pytest.raises(FieldError) as refused:
        record_of_line(values, OPTIONS, None, {"kind"})
    assert [fault.pointer for fault in refused.value.faults] == ["phone"]


def test_a_phone_number_fits_a_country_that_is_not_known() -> None:
    line = {"external_id": "17", "name": "王强", "phone": "999999999999999999"}
    with pytest.raises(FieldError):
        record_of_line(line, OPTIONS, None)
    assert record_of_line(line, OPTIONS, None, {"country"}).phone == "999999999999999999"
    with pytest.raises(FieldError):
        record_of_line(line | {"phone": "none"}, OPTIONS, None, {"country"})


def test_an_unknown_owner_is_reported_with_the_other_faults_of_the_line() -> None:
    unknown = Reference(NOBODY, UNKNOWN_USER)
    values = {"external_id": "1", "name": "x", "kind": "person", "owner": unknown}
    with pytest.raises(FieldError) as refused:
        record_of_line(values | {"retail_format": "supermarket"}, OPTIONS, None)
    assert [fault.pointer for fault in refused.value.faults] == ["owner", "retail_format"]


def test_the_stored_owner_of_a_customer_stays_valid_when_nobody_knows_it_any_more() -> None:
    values = {"external_id": "1", "name": "new", "owner": Reference(NOBODY, UNKNOWN_USER)}
    before = Record(name="old", owner=NOBODY)
    assert record_of_line(values, OPTIONS, before) == Record(name="new", owner=NOBODY)
    with pytest.raises(FieldError, match="No user has this id"):
        record_of_line(values, OPTIONS, Record(name="old"))


@pytest.mark.parametrize(
    ("cell", "text", "value"),
    [
        (PHONE, "1" * 50, "1" * 50),
        (EMAIL, "Buyer@Example.COM", "Buyer@example.com"),
        (TAGS, "重点客户; 家电 ;;X", ("重点客户", "家电", "X")),
        (TAGS, " ", ()),
        (TAGS, "b; a ;b;c;a", ("b", "a", "c")),
        (TAGS, "a;" * 50, ("a",)),
    ],
)
def test_valid_cells_of_customers_are_parsed(cell: Cell, text: str, value: object) -> None:
    assert cell.parse(text) == value


@pytest.mark.parametrize(
    ("cell", "text", "message"),
    [
        (PHONE, "1" * 51, "at most 50"),
        (EMAIL, "buyer", "Give one e-mail address"),
        (EMAIL, "=a@x.com", "not a formula"),
        (EMAIL, "a" * 190 + "@example.com", "at most 200"),
        (TAGS, "a;" + "b" * 101, "at most 100"),
        (TAGS, "a;" * 51, r"Give at most 50 words\."),
    ],
)
def test_the_message_about_an_invalid_cell_is_what_to_write_instead(
    cell: Cell, text: str, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        cell.parse(text)

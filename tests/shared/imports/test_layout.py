"""Parsing a line of a file into values by field, and the faults of its cells."""

from decimal import Decimal

import pytest

from shared.errors import Invalid
from shared.files.tables import Line
from shared.imports.cells import CURRENCY, EXACT, ID, NAME
from shared.imports.layout import Field, find_layout

FIELDS = {
    "code": Field(ID, "code", required=True),
    "name": Field(NAME, "name", required=True),
    "unit_price": Field(EXACT, "price"),
    "currency": Field(CURRENCY, "currency"),
}


def test_the_values_of_a_line_are_parsed_by_field_and_blank_cells_have_none() -> None:
    layout = find_layout(
        FIELDS, ["note", "价格", "name", "code", "currency"], {"价格": "unit_price"}
    )
    assert layout.parse(Line(2, ["?", " 5.50 ", "x", "P1", ""])) == (
        {"unit_price": Decimal("5.50"), "name": "x", "code": "P1"},
        [],
        [],
    )


def test_each_fault_of_a_line_is_reported_with_its_field_and_its_column_in_the_file() -> None:
    layout = find_layout(
        FIELDS, ["note", "价格", "name", "code", "currency"], {"价格": "unit_price"}
    )
    values, faults, _ = layout.parse(Line(2, ["?", "5,50", " ", "", "CNY"]))
    assert values == {"currency": "CNY"}
    assert [(fault.pointer, fault.code) for fault in faults] == [
        ("unit_price", "exact_string"),
        ("name", "required"),
        ("code", "required"),
    ]
    assert [layout.columns.message(fault) for fault in faults[1:]] == [
        "name: Give a value.",
        "code: Give a value.",
    ]
    assert layout.columns.message(faults[0]).startswith("价格 (unit_price): Give digits")


def test_a_placeholder_is_refused_in_columns_of_ids_only() -> None:
    layout = find_layout(FIELDS, ["code", "name", "unit_price", "currency"], {}, ["NULL", "CNY"])
    values, faults, _ = layout.parse(Line(2, ["null", "NULL", "NULL", "CNY"]))
    assert values == {"name": "NULL", "currency": "CNY"}
    assert [(fault.pointer, fault.code) for fault in faults] == [
        ("code", "placeholder"),
        ("unit_price", "exact_string"),
    ]


def test_a_header_without_a_required_field_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        find_layout(FIELDS, ["code", "currency"], {})
    (fault,) = refused.value.faults
    assert (fault.code, "name" in fault.message) == ("missing_columns", True)

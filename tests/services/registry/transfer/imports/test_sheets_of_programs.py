"""Workbooks that other programs than Excel have written, for each entity."""

import re
from collections.abc import Sequence
from typing import Any

import openpyxl
import pytest

from tests.services.harness import Running
from tests.services.registry.transfer.imports.files import (
    SHOP,
    Counts,
    counts,
    import_file,
    orders,
    rejected_rows,
)
from tests.services.registry.transfer.imports.test_files_of_programs import options, saved
from tests.shared.files.test_workbooks import with_parts

SHEETS: dict[str, tuple[Sequence[Any], Sequence[Any], Sequence[Any]]] = {
    "customers": (
        ("external_id", "name", "city", "phone"),
        (123, "华东", "苏州", "021 5555 0100"),
        (456, "王强"),
    ),
    "products": (
        ("code", "name", "category", "unit_price"),
        (123, "Tote", "Bags", 9.5),
        (456, "Sack"),
    ),
    "orders": (
        ("order_id", "ordered_at", "product_code", "quantity", "unit_price", "discount"),
        (123, "2026-03-05 09:30", "P1", 2, 50, 1),
        (456, "2026-03-05 09:30", "P2", 1, 10),
    ),
}
"""For each entity a sheet of two lines, of which the second ends before the last column."""
ENTITIES = pytest.mark.parametrize("entity", SHEETS)
SHEET = "xl/worksheets/sheet1.xml"
SIZE = re.compile(r"<dimension[^>]*>")


def sheet(entity: str, *, id_format: str = "General") -> bytes:
    """Return the workbook of an entity; its ids are numbers with this format."""
    book = openpyxl.Workbook()
    for row in SHEETS[entity]:
        book.worksheets[0].append(list(row))
    for number in (2, 3):
        book.worksheets[0].cell(number, 1).number_format = id_format
    return saved(book)


def stored(registry: Running, entity: str) -> list[dict[str, Any]]:
    """Return the stored records of an entity."""
    items: list[dict[str, Any]] = registry.client.get(f"/v1/{entity}").json()["items"]
    return items


@ENTITIES
@pytest.mark.parametrize("size", ["", '<dimension ref="A1:B2"/>', '<dimension ref="A1"/>'])
def test_every_row_and_column_is_read_whatever_size_the_sheet_states(
    registry: Running, entity: str, size: str
) -> None:
    content = with_parts(sheet(entity), {SHEET: lambda text: SIZE.sub(size, text)})
    assert counts(import_file(registry, entity, content, options=options(entity))).created == 2
    texts = str(stored(registry, entity))
    assert all(text in texts for text in {"customers": ("苏州", "021 5555 0100")}.get(entity, ()))
    if entity == "orders":
        assert {each["amount"] for each in orders(registry).values()} == {"99", "10"}


@ENTITIES
def test_a_blank_cell_with_a_style_in_the_last_column_is_no_column(
    registry: Running, entity: str
) -> None:
    blank = '<c r="XFD1" s="0"/></row>'
    content = with_parts(sheet(entity), {SHEET: lambda text: text.replace("</row>", blank, 1)})
    body = import_file(registry, entity, content, options=options(entity))
    assert (counts(body), body["ignored_columns"]) == (Counts(created=2), [])


@ENTITIES
def test_ids_are_read_with_the_zeros_that_their_format_shows(
    registry: Running, entity: str
) -> None:
    content = sheet(entity, id_format="00000")
    assert counts(import_file(registry, entity, content, options=options(entity))).created == 2
    field = {"customers": "external_ids", "products": "code", "orders": "external_id"}[entity]
    ids = str([each[field] for each in stored(registry, entity)])
    assert "'00123'" in ids
    assert "'00456'" in ids


def test_a_price_has_15_significant_digits_and_at_most_6_decimals(registry: Running) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["order_id", "ordered_at", "product_code", "quantity", "unit_price"])
    book.worksheets[0].append(["A1", "2026-03-05", "P1", 1, 3.3000000000000003])
    book.worksheets[0].append(["A2", "2026-03-05", "P1", 1, 66.66666666666667])
    body = import_file(registry, "orders", saved(book), options=SHOP)
    assert counts(body) == Counts(created=1, rejected=1)
    assert orders(registry)["A1"]["amount"] == "3.3"
    (row,) = rejected_rows(registry, body)
    assert (row["order_id"], row["error codes"]) == ("A2", "decimal_digits")


@pytest.mark.parametrize("values", [(True, False), ("TRUE", "FALSE"), ("Yes", "No"), (1, 0)])
def test_no_is_never_taken_for_yes(registry: Running, values: tuple[object, object]) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["external_id", "name", "disqualified"])
    for name, value in zip(("marked", "unmarked"), values, strict=True):
        book.worksheets[0].append([name, name, value])
    assert counts(import_file(registry, "customers", saved(book), options=SHOP)).created == 2
    marks = {each["name"]: each["disqualified"] for each in stored(registry, "customers")}
    assert marks == {"marked": True, "unmarked": False}

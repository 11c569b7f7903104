"""Repairs in files of customers, products and orders, and how an import counts them."""

import csv
import io
from collections.abc import Sequence
from typing import Any

import openpyxl
import pytest
from sqlalchemy import update

from services.registry.transfer.imports import job_groups, job_records
from services.registry.transfer.imports.chunks import commit
from services.registry.transfer.imports.models import Import
from tests.services.harness import Running
from tests.services.registry.transfer.imports.files import (
    SHOP,
    Counts,
    counts,
    import_file,
    orders,
    rejected_rows,
    run_jobs,
    start_import,
)

pytestmark = pytest.mark.both_stacks

FILES = {
    "customers": "external_id,name,phone,note\n"
    "'00123,苏州\u200b华东,'+86 21 5555 0100,'1\n"
    "C2,cafe\u0301,,\n"
    ",'5\u200b,,\n"
    "'00123,O'Neil,,\n",
    "products": "code,name,unit_price,note\n"
    "'00123,苏州\u200b华东,'5.00,'1\n"
    "P2,cafe\u0301,,\n"
    ",'5\u200b,,\n"
    "'00123,O'Neil,,\n",
    "orders": "order_id,ordered_at,product_code,quantity,unit_price,product_name\n"
    "'002,2026-01-31,P1,1,'5.00,苏州\u200b华东\n"
    "A1,2026-01-31,P1,1,5,cafe\u0301\n"
    "A0,2026-01-31,P1,'x,'5,\n"
    "002,2026-01-31,'+P2,1,5,O'Neil\n",
}
"""A file of each entity: its fourth line is rejected, and the others have the same repairs."""
REPAIRED = [
    {"kind": "apostrophe", "count": 3, "first_lines": [2, 5]},
    {"kind": "format_characters", "count": 1, "first_lines": [2]},
    {"kind": "unicode_form", "count": 1, "first_lines": [3]},
]


class _KilledError(BaseException):
    """Stands for a killed process: nothing runs after it, but committed changes stay."""


def commit_and_die(*arguments: Any) -> None:
    """Commit a chunk, and then end as if the process was killed."""
    commit(*arguments)
    raise _KilledError


def options_of(entity: str) -> dict[str, str]:
    """Return the options that files of an entity need."""
    return {} if entity == "products" else SHOP


@pytest.mark.parametrize("dry_run", ["true", "false"])
@pytest.mark.parametrize("entity", FILES)
def test_repairs_are_counted_by_kind_with_their_first_lines_in_a_dry_run_too(
    registry: Running, entity: str, dry_run: str
) -> None:
    options = options_of(entity)
    body = import_file(registry, entity, FILES[entity], options=options, dry_run=dry_run)
    assert (body["rejected"], body["repaired"]) == (1, REPAIRED)


@pytest.mark.parametrize("dry_run", ["true", "false"])
@pytest.mark.parametrize("entity", FILES)
def test_a_killed_import_that_is_resumed_counts_no_repair_twice(
    registry: Running, monkeypatch: pytest.MonkeyPatch, entity: str, dry_run: str
) -> None:
    monkeypatch.setattr(job_records, "CHUNK_LINES", 1)
    monkeypatch.setattr(job_groups, "CHUNK_GROUPS", 1)
    form = {"options": options_of(entity), "dry_run": dry_run}
    location = start_import(registry.client, entity, FILES[entity], **form).headers["Location"]
    for job in (job_records, job_groups):
        monkeypatch.setattr(job, "commit", commit_and_die)
    kills = 0
    while registry.client.get(location).json()["state"] != "succeeded":
        try:
            run_jobs(registry)
        except _KilledError:
            kills += 1
    assert kills > 1
    assert registry.client.get(location).json()["repaired"] == REPAIRED


SHEETS: dict[str, list[list[Any]]] = {
    "customers": [["external_id", "name"], ["C1", 434.9999999999999], ["C2", 435]],
    "products": [["code", "name", "unit_price"], ["P1", "x", 434.9999999999999], ["P2", "x", 435]],
    "orders": [
        ["order_id", "ordered_at", "product_code", "quantity", "unit_price"],
        ["A2", "2026-01-31", "P1", 1, 434.9999999999999],
        ["A1", "2026-01-31", "P1", 1, 435],
    ],
}
"""A sheet of each entity with two equal numbers, one of which has more than 15 digits."""


@pytest.mark.parametrize("dry_run", ["true", "false"])
@pytest.mark.parametrize("entity", SHEETS)
def test_numbers_of_a_sheet_that_were_read_at_15_digits_are_counted(
    registry: Running, entity: str, dry_run: str
) -> None:
    content, book = io.BytesIO(), openpyxl.Workbook()
    for row in SHEETS[entity]:
        book.worksheets[0].append(row)
    book.save(content)
    options = options_of(entity)
    body = import_file(registry, entity, content.getvalue(), options=options, dry_run=dry_run)
    assert counts(body) == Counts(created=2)
    assert body["repaired"] == [{"kind": "rounded_number", "count": 1, "first_lines": [2]}]


def test_an_import_without_repairs_has_an_empty_list(registry: Running) -> None:
    body = import_file(registry, "products", "code,name\nP1,O'Neil\n")
    assert (counts(body), body["repaired"]) == (Counts(created=1), [])


def test_an_import_of_the_release_before_has_an_empty_list(registry: Running) -> None:
    body = import_file(registry, "products", FILES["products"])
    assert body["repaired"] == REPAIRED
    with registry.database.transaction() as session:
        session.execute(update(Import).values(repaired=None))
    assert registry.client.get(f"/v1/imports/{body['id']}").json()["repaired"] == []


def test_the_first_lines_of_a_kind_are_the_smallest_although_orders_are_sorted_by_id(
    registry: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_groups, "CHUNK_GROUPS", 1)
    lines = [f"A{99 - number},2026-01-31,'1,1,1" for number in range(2, 16)]
    content = "\n".join(["order_id,ordered_at,product_code,quantity,unit_price", *lines])
    body = import_file(registry, "orders", content, options=SHOP)
    assert body["repaired"] == [{"kind": "apostrophe", "count": 14, "first_lines": [*range(2, 12)]}]


def test_customers_have_the_values_behind_the_apostrophes_and_formulas_are_rejected(
    registry: Running,
) -> None:
    content = (
        "external_id,name,phone\n"
        "C1,华东,'+86 21 5555 0100\n"
        "C2,'=cmd,\n"
        "C3,'@home,\n"
        "C4,'t Hart,021 5555 0100\n"
    )
    body = import_file(registry, "customers", content, options=SHOP)
    assert counts(body) == Counts(created=2, rejected=2)
    assert [row["error codes"] for row in rejected_rows(registry, body)] == ["formula", "formula"]
    stored = registry.client.get("/v1/customers").json()["items"]
    assert {(each["name"], each["phone"]) for each in stored} == {
        ("华东", "+86 21 5555 0100"),
        ("'t Hart", "021 5555 0100"),
    }


def test_ids_that_differ_by_an_apostrophe_or_invisible_characters_are_one_record(
    registry: Running,
) -> None:
    customers = (
        "external_id,name\nZW1,x\n\u200bZW1,x\ncafé-9,x\ncafe\u0301-9\ufeff,x\n'07,x\n07,x\n"
    )
    body = import_file(registry, "customers", customers, options=SHOP)
    assert counts(body) == Counts(created=3, unchanged=3)
    lines = [f"{key},2026-01-31,P1,1,1" for key in ("'01", "A\u200b", "01", "A")]
    content = "\n".join(["order_id,ordered_at,product_code,quantity,unit_price", *lines])
    assert counts(import_file(registry, "orders", content, options=SHOP)) == Counts(created=4)
    assert {key: len(order["lines"]) for key, order in orders(registry).items()} == {
        "01": 2,
        "A": 2,
    }


def test_a_line_of_nothing_visible_lacks_its_required_values(registry: Running) -> None:
    body = import_file(registry, "customers", "external_id,name\nC1,\u200b\u200e\n", options=SHOP)
    (row,) = rejected_rows(registry, body)
    assert row["errors"] == "name: Give a value."


REJECTED: Sequence[tuple[str, list[str]]] = (
    ("customers", ["'=1+1", "'t Hart", "+86 21 5555 0100", "''5", "\u200b=x"]),
    ("products", ["=1+1", "-5", "'+1", " \t=x", "cafe\u0301"]),
    ("orders", ["@x", "'-5.00", "-1+A1", "'", "'\u200b'5"]),
)
HEADERS = {
    "customers": ["name", "name_en", "phone", "city", "country"],
    "products": ["name", "category", "unit_price", "code", "currency"],
    "orders": ["customer_external_id", "quantity", "unit_price", "order_id", "product_code"],
}


@pytest.mark.parametrize(("entity", "cells"), REJECTED)
def test_a_file_of_errors_is_read_as_it_went_out(
    registry: Running, entity: str, cells: list[str]
) -> None:
    """The same faults are found again, and the file of errors of the second import is the same."""
    needed = {"customers": "external_id", "products": "lifetime_days", "orders": "ordered_at"}
    file = io.StringIO(newline="")
    csv.writer(file).writerows([[needed[entity], *HEADERS[entity]], ["", *cells]])
    body = import_file(registry, entity, file.getvalue(), options=options_of(entity))
    rejected = rejected_rows(registry, body)
    assert len(rejected) == 1
    content = registry.client.get(body["errors_url"]).content
    again = import_file(registry, entity, content, options=options_of(entity))
    assert rejected_rows(registry, again) == rejected

"""Files as other programs write them: line breaks, separators, sheets, blanks and numbers."""

import io
from collections.abc import Sequence
from datetime import date
from typing import Any, Literal

import httpx
import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from tests.services.harness import Running
from tests.services.registry.transfer.imports.files import (
    SHOP,
    Counts,
    counts,
    import_file,
    orders,
    rejected_rows,
    start_import,
)

FILES: dict[str, tuple[Sequence[str], Sequence[str], Sequence[str]]] = {
    "customers": (("external_id", "name"), ("C1", "Ann"), ("C2", "")),
    "products": (("code", "name"), ("P1", "Tote"), ("P2", "")),
    "orders": (
        ("order_id", "ordered_at", "product_code", "quantity", "unit_price"),
        ("A1", "2026-03-05", "P1", "1", "10"),
        ("A2", "2026-03-05", "P1", "1", ""),
    ),
}
"""For each entity the cells of a header, of a valid line, and of a line that lacks a value."""
ENTITIES = pytest.mark.parametrize("entity", FILES)


def options(entity: str, **others: object) -> dict[str, Any]:
    """Return the options that a file of an entity needs, and others."""
    return others if entity == "products" else SHOP | others


def csv_of(entity: str, line_break: str = "\n") -> str:
    """Return a CSV file with a header, a valid line and an invalid one."""
    return "".join(",".join(cells) + line_break for cells in FILES[entity])


def rejected_line_number(registry: Running, entity: str, content: str | bytes) -> str:
    """Import a file of a valid and an invalid line; return the number of the invalid one."""
    body = import_file(registry, entity, content, options=options(entity))
    assert counts(body) == Counts(created=1, rejected=1)
    (row,) = rejected_rows(registry, body)
    return row["line no."]


def message_of_refused(client: httpx.Client, entity: str, content: str | bytes) -> str:
    """Return the message of the only fault for which a file is refused at once."""
    answer = start_import(client, entity, content, options=options(entity))
    assert answer.status_code == 422, answer.text
    (fault,) = answer.json()["errors"]
    message: str = fault["message"]
    return message


def saved(book: openpyxl.Workbook) -> bytes:
    """Return a workbook as an XLSX file."""
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def name_of_customer(registry: Running, content: bytes) -> str:
    """Import a workbook of one customer; return the name of the customer."""
    assert counts(import_file(registry, "customers", content, options=SHOP)) == Counts(created=1)
    (customer,) = registry.client.get("/v1/customers").json()["items"]
    name: str = customer["name"]
    return name


def product(registry: Running) -> dict[str, Any]:
    """Return the only product of the catalogue."""
    (found,) = registry.client.get("/v1/products").json()["items"]
    return dict(found)


@ENTITIES
@pytest.mark.parametrize("line_break", ["\r", "\r\n"])
def test_a_file_with_the_line_breaks_of_another_system_is_read(
    registry: Running, entity: str, line_break: str
) -> None:
    assert rejected_line_number(registry, entity, csv_of(entity, line_break)) == "3"


def test_a_file_with_mixed_line_breaks_is_read(registry: Running) -> None:
    content = "code,name\rP1,a\nP2,b\r\nP3,\rP4,\n"
    body = import_file(registry, "products", content)
    assert counts(body) == Counts(created=2, rejected=2)
    assert [row["line no."] for row in rejected_rows(registry, body)] == ["4", "5"]


@ENTITIES
@pytest.mark.parametrize("first_line", ["sep=,", '"sep=,"', "\ufeffsep=,", "SEP=,,,,"])
def test_a_line_that_names_the_comma_as_separator_is_skipped(
    registry: Running, entity: str, first_line: str
) -> None:
    content = f"{first_line}\r\n{csv_of(entity)}"
    assert rejected_line_number(registry, entity, content) == "4"


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_a_line_that_names_another_separator_is_named_in_the_refusal(
    client: httpx.Client, separator: str
) -> None:
    content = f"sep={separator}\ncode{separator}name\nP1{separator}a\n"
    message = message_of_refused(client, "products", content)
    assert "Separate cells by commas" in message
    assert f"sep={separator}".strip() in message


@ENTITIES
@pytest.mark.parametrize("blank_lines", ["\n\n", " \n,,,\n"])
def test_blank_lines_before_the_header_are_skipped(
    registry: Running, entity: str, blank_lines: str
) -> None:
    assert rejected_line_number(registry, entity, blank_lines + csv_of(entity)) == "5"


@ENTITIES
def test_lines_whose_cells_were_emptied_are_skipped(registry: Running, entity: str) -> None:
    header, valid, invalid = (",".join(cells) for cells in FILES[entity])
    blank = "," * header.count(",")
    lines = [header, blank, valid, f" {blank}\u00a0", invalid, blank * 2, blank, ""]
    assert rejected_line_number(registry, entity, "\n".join(lines)) == "5"


@ENTITIES
def test_blank_rows_before_the_header_of_a_sheet_are_skipped(
    registry: Running, entity: str
) -> None:
    book = openpyxl.Workbook()
    for number, cells in enumerate(FILES[entity], start=3):
        for column, text in enumerate(cells, start=1):
            book.worksheets[0].cell(number, column, text)
    assert rejected_line_number(registry, entity, saved(book)) == "5"


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_the_first_sheet_that_people_see_is_read(
    registry: Running, state: Literal["hidden", "veryHidden"]
) -> None:
    book = openpyxl.Workbook()
    for sheet, name in ((book.worksheets[0], "hidden"), (book.create_sheet(), "visible")):
        sheet.append(["external_id", "name"])
        sheet.append(["C1", name])
    book.create_sheet().append(["later"])
    book.worksheets[0].sheet_state = state
    book.active = 1
    assert name_of_customer(registry, saved(book)) == "visible"


def test_a_blank_sheet_before_the_sheet_with_the_table_is_skipped(registry: Running) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0]["B2"] = " "
    sheet = book.create_sheet()
    sheet.append(["external_id", "name"])
    sheet.append(["C1", "second"])
    assert name_of_customer(registry, saved(book)) == "second"


def test_a_workbook_without_a_text_is_refused(client: httpx.Client) -> None:
    book = openpyxl.Workbook()
    book.create_sheet().append([" "])
    assert "header line" in message_of_refused(client, "customers", saved(book))


def test_days_of_a_workbook_that_counts_from_1904_are_right(registry: Running) -> None:
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    header, _, _ = FILES["orders"]
    book.worksheets[0].append([*header, "delivered_on"])
    book.worksheets[0].append(["A1", date(2026, 3, 5), "P1", 1, 10, date(2026, 3, 9)])
    imported = import_file(registry, "orders", saved(book), options=SHOP | {"timezone": "UTC"})
    assert counts(imported) == Counts(created=1)
    order = orders(registry)["A1"]
    assert (order["ordered_at"], order["delivered_on"]) == ("2026-03-05T00:00:00Z", "2026-03-09")


@pytest.mark.parametrize(
    "text", ["50.00-", "(30.00)", "$30.00", '"1,234.50"', "¥99", "1 234.50", "1e3", "30 CNY", "５²"]
)
def test_an_amount_in_the_style_of_accountants_is_rejected_with_how_to_write_it(
    registry: Running, text: str
) -> None:
    header, _, _ = FILES["orders"]
    content = f"{','.join(header)}\nA1,2026-03-05,P1,1,{text}\n"
    body = import_file(registry, "orders", content, options=SHOP)
    (row,) = rejected_rows(registry, body)
    assert row["error codes"] == "exact_string"
    assert row["errors"].startswith("unit_price: Give digits as in 1234.50 or -1234.50")
    products = f"code,name,unit_price\nP1,Tote,{text}\n"
    (row,) = rejected_rows(registry, import_file(registry, "products", products))
    assert row["error codes"] == "exact_string"


def test_full_width_numbers_are_read(registry: Running) -> None:
    header, _, _ = FILES["orders"]
    content = f"{','.join(header)}\nA1,2026-03-05,P1,－２,１２．５０\n"
    assert counts(import_file(registry, "orders", content, options=SHOP)) == Counts(created=1)
    assert orders(registry)["A1"]["amount"] == "-25"
    products = "code,name,unit_price,lifetime_days\nP1,Tote,２５９９．５,３６５\n"
    assert counts(import_file(registry, "products", products)) == Counts(updated=1)
    found = product(registry)
    assert (found["unit_price"], found["lifetime_days"]) == ("2599.5", 365)


def test_formats_of_currencies_and_accounts_leave_the_numbers_of_a_sheet_as_they_are(
    registry: Running,
) -> None:
    formats = ('"$"#,##0.00_);("$"#,##0.00)', '_-* #,##0.00 "€"_-;-* #,##0.00 "€"_-', "[$¥-804]0.0")
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(list(FILES["orders"][0]))
    for number, code in enumerate(formats, start=2):
        sheet.append([f"A{number}", "2026-03-05", "P1", -1, 1234.5])
        sheet.cell(number, 4).number_format = "#,##0_);(#,##0)"
        sheet.cell(number, 5).number_format = code
    assert counts(import_file(registry, "orders", saved(book), options=SHOP)).created == 3
    assert {order["amount"] for order in orders(registry).values()} == {"-1234.5"}


BLANKS = pytest.mark.parametrize("blank", ["\u00a0", "\u3000", "\u2007", "\u202f", "\u200b"])


@BLANKS
def test_unusual_blanks_around_names_of_columns_ids_and_numbers_do_not_count(
    registry: Running, blank: str
) -> None:
    content = f"external_id{blank},name,email\n{blank}C1{blank},Ann,a@b.cn{blank}\n"
    assert counts(import_file(registry, "customers", content, options=SHOP)) == Counts(created=1)
    content = "external_id,name,email\nC1,Ann,a@b.cn\n"
    assert counts(import_file(registry, "customers", content, options=SHOP)) == Counts(unchanged=1)
    products = f"{blank}code,name,unit_price\nP1{blank},Tote,{blank}9.5{blank}\n"
    assert counts(import_file(registry, "products", products)) == Counts(created=1)
    assert product(registry)["unit_price"] == "9.5"


def test_names_of_columns_in_another_letter_case_or_with_blanks_are_found(
    registry: Running,
) -> None:
    content = "External ID,NAME,E-Mail,Email\nC1,Ann,x,a@b.cn\n"
    body = import_file(registry, "customers", content, options=SHOP)
    assert (counts(body), body["ignored_columns"]) == (Counts(created=1), ["E-Mail"])
    (customer,) = registry.client.get("/v1/customers").json()["items"]
    assert (customer["name"], customer["email"]) == ("Ann", "a@b.cn")


def test_ids_that_differ_in_letter_case_are_two_customers_and_email_domains_are_not(
    registry: Running,
) -> None:
    content = "external_id,name,email\nab1,Ann,ann@Example.COM\nAB1,Bob,Bob@example.com\n"
    assert counts(import_file(registry, "customers", content, options=SHOP)) == Counts(created=2)
    customers = registry.client.get("/v1/customers").json()["items"]
    assert {one["email"] for one in customers} == {"ann@example.com", "Bob@example.com"}


@ENTITIES
def test_a_quote_inside_a_cell_is_text_and_one_that_stays_open_refuses_the_file(
    registry: Running, entity: str
) -> None:
    header, valid, _ = FILES[entity]
    if entity != "orders":
        content = f'{",".join(header)}\nX1,ensemble". \nX2,b\n'
        assert counts(import_file(registry, entity, content, options=options(entity))).created == 2
    lines = [",".join(header), *[",".join(valid)] * 2]
    content = "\n".join([*lines, f'"{lines[1]}', *lines[1:], ""])
    body = import_file(registry, entity, content, options=options(entity))
    assert (body["state"], body["processed"]) == ("failed", 0)
    assert body["failure"]["params"] == {"line": 4}
    assert "begins on line 4" in body["failure"]["message"]


def grouped(entity: str, *ranges: str) -> bytes:
    """Return a workbook of six lines of an entity with merged cells, as people group lines."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append([*FILES[entity][0], "category", "note"])
    for number in range(1, 7):
        first, second, *others = FILES[entity][1]
        sheet.append([f"{first}{number}", f"{second}", *others, "Bags", "see below"])
    for cells in ranges:
        sheet.merge_cells(cells)
    return saved(book)


@pytest.mark.parametrize("entity", ["products", "orders"])
def test_lines_whose_ids_are_one_merged_cell_are_rejected_and_never_imported_in_part(
    registry: Running, entity: str
) -> None:
    body = import_file(registry, entity, grouped(entity, "A2:A4"), options=options(entity))
    assert counts(body) == Counts(created=3, rejected=3)
    rows = rejected_rows(registry, body)
    assert [row["line no."] for row in rows] == ["2", "3", "4"]
    assert {row["error codes"] for row in rows} == {"merged"}
    assert "unmerge the cells" in rows[0]["errors"]


def test_a_value_of_a_merged_cell_is_lost_on_no_line(registry: Running) -> None:
    content = grouped("products", "C2:C4", "D2:D7", "B5:B6")
    body = import_file(registry, "products", content)
    assert (counts(body), body["ignored_columns"]) == (Counts(created=1, rejected=5), ["note"])
    errors = [row["errors"].partition(":")[0] for row in rejected_rows(registry, body)]
    assert errors == ["category"] * 3 + ["name"] * 2
    assert product(registry)["code"] == "P16"

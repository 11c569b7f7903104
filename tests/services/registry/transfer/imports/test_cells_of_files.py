"""Cells that spreadsheets and other systems write in many ways, in imported files."""

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

BARE = "order_id,ordered_at,product_code,quantity,unit_price"


def test_the_times_of_orders_are_read_in_many_unambiguous_forms(registry: Running) -> None:
    texts = ("2026-3-5 9:30", "2026年3月5日 上午9:30", "20260305093000", "5 Mar 2026 9:30 AM")
    lines = "".join(f"A{number},{text},P1,1,10\n" for number, text in enumerate(texts))
    assert counts(import_file(registry, "orders", f"{BARE}\n{lines}", options=SHOP)).created == 4
    assert {order["ordered_at"] for order in orders(registry).values()} == {"2026-03-05T01:30:00Z"}


def test_the_order_of_day_and_month_is_an_option_of_files_of_orders(registry: Running) -> None:
    content = f"{BARE},delivered_on\nA1,05/03/2026 9:30,P1,1,10,06/03/2026\n"
    body = import_file(registry, "orders", content, options=SHOP)
    (row,) = rejected_rows(registry, body)
    assert row["error codes"] == "ambiguous_date;ambiguous_date"
    assert "set `options.date_format` to day_first or month_first" in row["errors"]
    day_first = SHOP | {"date_format": "day_first"}
    assert counts(import_file(registry, "orders", content, options=day_first)) == Counts(created=1)
    order = orders(registry)["A1"]
    assert (order["ordered_at"], order["delivered_on"]) == ("2026-03-05T01:30:00Z", "2026-03-06")


CUSTOMERS = "external_id,name,phone,city"


def codes(registry: Running, entity: str, content: str, **options: object) -> list[str]:
    """Import a file of which every line is rejected; return the codes of the errors of each."""
    needed = SHOP if entity != "products" else {}
    body = import_file(registry, entity, content, options=needed | options)
    assert counts(body) == Counts(rejected=content.count("\n") - 1)
    return [row["error codes"] for row in rejected_rows(registry, body)]


@pytest.mark.both_stacks
def test_two_customers_whose_ids_a_spreadsheet_has_shortened_never_become_one(
    registry: Running,
) -> None:
    content = f"{CUSTOMERS}\n1.10105E+17,Ann,,\n1.10105E+17,Bob,,\nC3,Cid,8.61391E+12,\n"
    assert codes(registry, "customers", content) == ["shortened", "shortened", "shortened"]
    assert registry.client.get("/v1/customers").json()["items"] == []


def test_shortened_ids_and_codes_are_rejected_in_files_of_products_and_orders(
    registry: Running,
) -> None:
    assert codes(registry, "products", "code,name\n6.90123E+12,x\n") == ["shortened"]
    header = "order_id,ordered_at,customer_external_id,anonymous_reference,product_code"
    lines = [
        "1.2E+15,2026-03-05,,,P",
        "A2,2026-03-05,1.2E+15,,P",
        "A3,2026-03-05,,6.2E+15,P",
        "A4,2026-03-05,,,6.90123E+12",
    ]
    content = "\n".join([f"{header},quantity,unit_price", *(f"{line},1,1" for line in lines), ""])
    assert codes(registry, "orders", content, create_customers=True) == ["shortened"] * 4
    assert orders(registry) == {}


@pytest.mark.both_stacks
def test_nobody_becomes_the_customer_null(registry: Running) -> None:
    texts = ("NULL", "nan", "\\N", "None", "#N/A", "-", "N/A", "无", "--")
    lines = "".join(f"A{n},2026-03-05,{text},P,1,900000\n" for n, text in enumerate(texts))
    content = f"order_id,ordered_at,customer_external_id,product_code,quantity,unit_price\n{lines}"
    assert codes(registry, "orders", content, create_customers=True) == ["placeholder"] * 9
    assert registry.client.get("/v1/customers").json()["items"] == []
    assert orders(registry) == {}


def test_placeholders_are_rejected_as_ids_of_every_entity(registry: Running) -> None:
    assert codes(registry, "customers", f"{CUSTOMERS}\nnull,x,,\n") == ["placeholder"]
    assert codes(registry, "products", "code,name\nNA,x\n") == ["placeholder"]
    content = f"{BARE}\nNone,2026-03-05,P1,1,1\nA1,2026-03-05,#N/A,1,1\n"
    assert codes(registry, "orders", content) == ["placeholder"] * 2


def test_the_list_of_placeholders_is_an_option(registry: Running) -> None:
    content = f"{CUSTOMERS}\nNULL,None,,-\n"
    assert codes(registry, "customers", content) == ["placeholder"]
    none = f"{CUSTOMERS}\nnone,x,,\n"
    assert codes(registry, "customers", none, placeholders=["None"]) == ["placeholder"]
    accepted = import_file(registry, "customers", content, options=SHOP | {"placeholders": []})
    assert counts(accepted) == Counts(created=1)
    (customer,) = registry.client.get("/v1/customers").json()["items"]
    assert (customer["name"], customer["city"]) == ("None", "-")


def test_a_text_that_is_no_id_is_stored_as_it_is_in_the_file(registry: Running) -> None:
    """Somebody may be called None, and catalogues have products without a known name."""
    content = f"{CUSTOMERS}\nC1,Null,,-\n"
    assert counts(import_file(registry, "customers", content, options=SHOP)) == Counts(created=1)
    (customer,) = registry.client.get("/v1/customers").json()["items"]
    assert (customer["name"], customer["city"]) == ("Null", "-")
    header = "order_id,ordered_at,product_code,product_name,quantity,unit_price"
    content = f"{header}\nA1,2026-03-05,P1,?,1,1\n"
    assert counts(import_file(registry, "orders", content, options=SHOP)) == Counts(created=1)


def test_a_name_of_nothing_visible_is_rejected(registry: Running) -> None:
    content = f"{CUSTOMERS}\nC1,\u3164,,\nC2,\u2800\u2800,,\n\u3164,x,,\n"
    assert codes(registry, "customers", content) == ["invisible"] * 3
    products = "code,name\nP1,\uffa0\n"
    assert codes(registry, "products", products) == ["invisible"]


FIRST_LINE = SHOP | {"order_fields": "first_line", "create_customers": True}
FULL = (
    "order_id,ordered_at,customer_external_id,currency,delivered_on,faulty,product_code,"
    "product_name,quantity,unit_price"
)


def test_order_fields_on_the_first_line_of_an_order_are_those_of_its_other_lines(
    registry: Running,
) -> None:
    content = (
        f"{FULL}\nA1,2026-03-05 09:30,C1,USD,2026-03-08,yes,P1,x,1,10\nA2,2026-03-06,,,,,P1,x,1,5\n"
        "A1,,,,,,P2,Tote,1,20\nA1,2026-03-05 09:30,C1,USD,,,P3,x,1,30\n"
    )
    assert counts(import_file(registry, "orders", content, options=SHOP)).rejected == 3
    body = import_file(registry, "orders", content, options=FIRST_LINE)
    assert counts(body) == Counts(created=3, unchanged=1)
    order = orders(registry)["A1"]
    assert (order["amount"], order["currency"], order["faulty"]) == ("60", "USD", True)
    assert order["ordered_at"] == "2026-03-05T01:30:00Z"
    assert order["customer_id"] is not None
    products = registry.client.get("/v1/products").json()["items"]
    assert {"P2": "Tote"}.items() <= {item["code"]: item["name"] for item in products}.items()


def test_a_different_order_field_on_a_later_line_or_none_on_the_first_rejects_the_order(
    registry: Running,
) -> None:
    lines = (
        *("A1,2026-03-05,C1,,,,P,x,1,1", "A1,,C2,,,,P,x,1,1"),
        *("A2,2026-03-05,,,,,P,x,1,1", "A2,2026-03-06,,,,,P,x,1,1"),
        *("A3,,,,,,P,x,1,1", "A3,2026-03-05,,,,,P,x,1,1"),
    )
    content = "\n".join([FULL, *lines, ""])
    options = {"order_fields": "first_line", "create_customers": True}
    assert codes(registry, "orders", content, **options) == [
        *("lines_differ", "lines_differ", "lines_differ", "lines_differ"),
        *("required", "other_line_rejected"),
    ]

"""Cells that spreadsheets and other systems write in many ways, in imported files."""

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

"""Rules of the import of orders that the API document states."""

from tests.services.harness import Running
from tests.services.registry.transfer.imports.files import (
    CREATE,
    HEADER,
    Counts,
    counts,
    import_file,
    orders,
)


def test_a_later_file_replaces_an_order_completely(registry: Running) -> None:
    full = f"{HEADER},discount,promised_on\n" + "".join(
        f"A1,2026-01-31,C1,{code},x,1,10,CNY,1,2026-02-05\n" for code in ("P1", "P2")
    )
    import_file(registry, "orders", full, options=CREATE)
    bare = "order_id,ordered_at,product_code,quantity,unit_price\nA1,2026-01-31,P1,1,10\n"
    assert counts(import_file(registry, "orders", bare, options=CREATE)) == Counts(updated=1)
    order = orders(registry)["A1"]
    assert [(line["product_code"], line["discount"]) for line in order["lines"]] == [("P1", "0")]
    assert (order["customer_id"], order["promised_on"]) == (None, None)


def test_a_return_prefix_changes_only_quantities_above_0(registry: Running) -> None:
    content = f"{HEADER}\nR1,2026-01-31,C1,P1,x,2,10,CNY\nR1,2026-01-31,C1,P2,x,-1,10,CNY\n"
    assert counts(import_file(registry, "orders", content, options=CREATE)) == Counts(created=2)
    assert [line["quantity"] for line in orders(registry)["R1"]["lines"]] == ["-2", "-1"]


def test_a_new_product_without_a_name_is_named_by_its_code(registry: Running) -> None:
    content = f"{HEADER}\nA1,2026-01-31,C1,P1,,1,10,CNY\n"
    assert counts(import_file(registry, "orders", content, options=CREATE)) == Counts(created=1)
    (product,) = registry.client.get("/v1/products").json()["items"]
    assert (product["code"], product["name"]) == ("P1", "P1")

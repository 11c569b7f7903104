"""Rules of the import of orders that the API document states."""

from tests.services.harness import Running
from tests.services.registry.transfer.imports.files import (
    CREATE,
    HEADER,
    SHOP,
    Counts,
    counts,
    import_file,
    orders,
    rejected_rows,
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


def test_a_rejected_order_names_its_unknown_customer_and_its_mode_too(registry: Running) -> None:
    content = f"{HEADER}\nA1,2026-01-31,C1,P1,x,0,1,CNY\nA1,2026-01-31,C1,P1,x,1,1,CNY\n"
    body = import_file(registry, "orders", content, options=SHOP | {"mode": "update"})
    mode = "This record does not exist, and the mode is update"
    customer = "customer_external_id: Register this customer first, or set create_customers"
    zero = "quantity: The quantity is 0. Give a quantity other than 0; negative means returned"
    assert [row["errors"] for row in rejected_rows(registry, body)] == [
        f"{zero}; {mode}; {customer}.",
        f"{mode}; {customer}.",
    ]


def test_an_order_without_an_id_is_rejected_whatever_the_mode_is(registry: Running) -> None:
    content = f"{HEADER}\n,2026-01-31,,P1,x,1,1,CNY\n"
    body = import_file(registry, "orders", content, options=SHOP | {"mode": "update"})
    (row,) = rejected_rows(registry, body)
    assert row["errors"] == "order_id: Give a value."


def test_the_customers_of_rejected_orders_are_not_registered(registry: Running) -> None:
    bad = f"{HEADER}\nA1,2026-01-31,C1,P1,x,0,1,CNY\n"
    new = f"{HEADER}\nA2,2026-01-31,C2,P1,x,1,1,CNY\n"
    for content, options in ((bad, CREATE), (new, CREATE | {"mode": "update"})):
        body = import_file(registry, "orders", content, options=options)
        assert counts(body) == Counts(rejected=1)
        (row,) = rejected_rows(registry, body)
        assert "customer_external_id" not in row["errors"]
    assert registry.client.get("/v1/customers").json()["items"] == []

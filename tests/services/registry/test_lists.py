"""Every list of the registry comes in the order that it names, and turned round."""

from services.registry.__main__ import SERVICE
from tests.services.harness import Running
from tests.services.lists import check_lists

LINE = {"product_code": "WM-800", "quantity": "1", "unit_price": "2599.00"}
ORDER = {"ordered_at": "2026-01-31T09:30:00+08:00", "currency": "CNY", "lines": [LINE]}


def filled(registry: Running) -> str:
    """Put three of everything on record, and change a customer; give its id."""
    client, customer_id = registry.client, ""
    for name in "bac":
        customer = {"name": name, "kind": "unknown", "nature": "unknown"}
        customer_id = client.post("/v1/customers", json=customer).json()["id"]
        client.put(f"/v1/products/by-code/{name}", json={"name": name})
        client.put(f"/v1/orders/by-external-id/shop/{name}", json=ORDER)
        file = {"file": (f"{name}.csv", f"code,name\n{name},{name}\n")}
        client.post("/v1/imports", data={"entity": "products"}, files=file)
    for version in (1, 2):
        change = {"city": str(version)}
        matching = {"If-Match": f'"{version}"'}
        client.patch(f"/v1/customers/{customer_id}", json=change, headers=matching)
    return customer_id


def test_every_list_is_sorted_as_it_says(registry: Running) -> None:
    document = SERVICE.create_app(registry.settings).openapi()
    customer_id = filled(registry)
    assert check_lists(registry.client, document, customer_id=customer_id) == set()


def test_an_order_that_is_changed_keeps_its_place(registry: Running) -> None:
    """Lists go by `id`, which stays; `recorded_at` is the moment of the last version."""
    filled(registry)
    before = [each["id"] for each in registry.client.get("/v1/orders").json()["items"]]
    changed = ORDER | {"faulty": True}
    registry.client.put("/v1/orders/by-external-id/shop/b", json=changed)
    after = registry.client.get("/v1/orders", params={"sort": "-id"}).json()["items"]
    assert [each["id"] for each in after] == before[::-1]
    assert [each["version"] for each in after] == [1, 1, 2]

"""Ids and codes of orders that look the same are the same."""

from typing import Any

import httpx


def test_the_ids_and_codes_of_an_order_are_the_same_in_another_spelling(
    client: httpx.Client,
) -> None:
    first = client.put("/v1/orders/by-external-id/shop/Ö-1", json=order_of("Zubehör"))
    again = order_of("Zubeho\u0308r\u200b")
    second = client.put("/v1/orders/by-external-id/shop/O\u0308-1\ufeff", json=again)
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json() == first.json()
    for filters in ({"external_id": "shop:O\u0308-1"}, {"product_code": "Zubeho\u0308r"}):
        found = client.get("/v1/orders", params=filters).json()["items"]
        assert [item["id"] for item in found] == [first.json()["id"]]


def order_of(product_code: str) -> dict[str, Any]:
    """Return the body of a PUT of an order with one line of this product."""
    line = {"product_code": product_code, "quantity": "1", "unit_price": "10"}
    return {"ordered_at": "2026-01-31T23:30:00+08:00", "currency": "CNY", "lines": [line]}

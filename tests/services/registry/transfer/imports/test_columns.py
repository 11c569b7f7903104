"""Columns of a file: which are matched or ignored, and the faults of a header or a mapping."""

import httpx
import pytest

from tests.services.harness import Running
from tests.services.registry.transfer.imports.files import (
    ORDERS,
    SHOP,
    counts,
    import_file,
    start_import,
)

FILES = {
    "customers": "external_id,name\nC1,Peña & Söhne\n",
    "products": "code,name\nP1,Peña & Söhne\n",
    "orders": "order_id,ordered_at,product_code,product_name,quantity,unit_price\n"
    "O1,2026-01-31,P1,Peña & Söhne,1,5\n",
}
"""A file of each entity with a name that GBK lacks."""


def faults(answer: httpx.Response) -> list[tuple[str, str, str]]:
    """Return the pointer, code and message of each fault of a refused request."""
    assert answer.status_code == 422, answer.text
    return [(one["pointer"], one["code"], one["message"]) for one in answer.json()["errors"]]


def test_mapping_a_missing_column_is_refused_with_the_header(client: httpx.Client) -> None:
    mapping = {"单价/元": "unit_price"}
    answer = start_import(client, "orders", ORDERS, mapping=mapping, options=SHOP)
    ((pointer, code, message),) = faults(answer)
    assert (pointer, code) == ("/mapping/单价~1元", "unknown_column")
    assert "order_id, ordered_at, customer_external_id" in message


def test_mapping_to_an_unknown_field_is_refused_with_the_fields(client: httpx.Client) -> None:
    content = "code,品名\nP1,洗衣机\n"
    (first, *others) = faults(start_import(client, "products", content, mapping={"品名": "nmae"}))
    assert first[:2] == ("/mapping/品名", "unknown_field")
    assert "code, name, category" in first[2]
    ((pointer, code, message),) = others
    assert (pointer, code) == ("/file", "missing_columns")
    assert "name" in message
    assert "code, 品名" in message


@pytest.mark.parametrize("separator", [";", "\t"])
@pytest.mark.parametrize("mapping", [{}, {"品名": "name"}])
def test_a_file_with_other_separators_is_refused_with_a_hint_at_commas(
    client: httpx.Client, separator: str, mapping: dict[str, str]
) -> None:
    content = f"code{separator}品名\nP1{separator}洗衣机\n"
    ((pointer, code, message),) = faults(start_import(client, "products", content, mapping=mapping))
    assert (pointer, code) == ("/file", "separator")
    assert "commas" in message
    assert f"code{separator}品名" in message


def test_a_long_header_is_shown_shortened(client: httpx.Client) -> None:
    header = ",".join(f"column_{n}" for n in range(500))
    ((_, _, message),) = faults(start_import(client, "products", header + "\n"))
    assert "column_0, column_1" in message
    assert len(message) < 400


def test_gb18030_is_another_name_of_gbk(registry: Running) -> None:
    content = "code,name\nP1,洗衣机㐂\n".encode("gb18030")
    for encoding in ("gb18030", "gbk"):
        body = import_file(registry, "products", content, options={"encoding": encoding})
        assert (sum(counts(body)), body["encoding"]) == (1, "gb18030")
    (product,) = registry.client.get("/v1/products").json()["items"]
    assert product["name"] == "洗衣机㐂"


@pytest.mark.parametrize("entity", ["customers", "products", "orders"])
def test_names_in_another_encoding_are_refused_until_the_encoding_is_named(
    registry: Running, entity: str
) -> None:
    content = FILES[entity].encode("windows-1252")
    options = {} if entity == "products" else dict(SHOP)
    ((pointer, code, message),) = faults(
        start_import(registry.client, entity, content, options=options)
    )
    assert (pointer, code) == ("/file", "encoding")
    assert "windows-1252" in message
    body = import_file(registry, entity, content, options=options | {"encoding": "windows-1252"})
    assert (body["state"], body["encoding"], body["processed"]) == ("succeeded", "windows-1252", 1)
    path = "/v1/products" if entity == "orders" else f"/v1/{entity}"
    (item,) = registry.client.get(path).json()["items"]
    assert item["name"] == "Peña & Söhne"


def test_a_column_that_is_mapped_to_null_is_ignored(registry: Running) -> None:
    content = "code,name,category\nP1,洗衣机,家电\n"
    body = import_file(registry, "products", content, mapping={"category": None})
    assert (sum(counts(body)), body["ignored_columns"]) == (1, ["category"])
    (product,) = registry.client.get("/v1/products").json()["items"]
    assert product["category"] is None

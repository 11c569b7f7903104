"""The command that lists records whose ids differ only by spelling."""

import json
from typing import Any

import pytest
from sqlalchemy import update

from services.registry.__main__ import duplicates
from services.registry.customers.customer.models import CustomerIdentity
from services.registry.sales.product.models import Product
from tests.services.harness import Running


@pytest.mark.both_stacks
def test_ids_that_differ_only_by_spelling_are_listed_and_nothing_is_changed(
    registry: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    settings: Any = registry.settings
    ids = {name: upsert_customer(registry, name) for name in ("café", "other", "alone", "plain")}
    duplicates(settings)
    assert capsys.readouterr().out == ""
    write_as_before(registry, CustomerIdentity.external_id, "alone", "alo\u200bne")
    duplicates(settings)
    (group,) = map(json.loads, capsys.readouterr().out.splitlines())
    characters = ["U+200B ZERO WIDTH SPACE"]
    assert group["records"] == [
        {"id": ids["alone"], "key": ["erp", "alo\u200bne"], "characters": characters}
    ]
    write_as_before(registry, CustomerIdentity.external_id, "other", "cafe\u0301")
    for _ in range(2):
        with pytest.raises(SystemExit):
            duplicates(settings)
        found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert [group["key"] for group in found] == [["erp", "alone"], ["erp", "café"]]
        assert found[1]["records"] == [
            {
                "id": ids["other"],
                "key": ["erp", "cafe\u0301"],
                "characters": ["U+0301 COMBINING ACUTE ACCENT"],
            },
            {"id": ids["café"], "key": ["erp", "café"], "characters": []},
        ]


@pytest.mark.both_stacks
def test_two_codes_that_are_both_written_otherwise_are_one_group(
    registry: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    for code in ("a", "b"):
        registry.client.put(f"/v1/products/by-code/{code}", json={"name": "Product"})
    write_as_before(registry, Product.code, "a", "X\u200b1")
    write_as_before(registry, Product.code, "b", "\ufeffX1")
    with pytest.raises(SystemExit):
        duplicates(registry.settings)  # type: ignore[arg-type]  # the registry's settings
    (group,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert (group["kind"], group["key"], len(group["records"])) == ("product", ["X1"], 2)


def upsert_customer(registry: Running, external_id: str) -> str:
    """Return the id of a customer with this id in the system `erp`."""
    path = f"/v1/customers/by-external-id/erp/{external_id}"
    return str(registry.client.put(path, json={"name": "Customer"}).json()["id"])


def write_as_before(registry: Running, column: Any, text: str, stored: str) -> None:
    """Replace a stored text by one that only an earlier release could have stored."""
    with registry.database.transaction() as session:
        session.execute(update(column.class_).where(column == text).values({column: stored}))

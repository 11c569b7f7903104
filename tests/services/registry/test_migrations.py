"""Tests of migrations of the registry that change stored rows."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, select, update

from services.registry.__main__ import SERVICE
from services.registry.customers.customer.contacts import phone_tokens
from services.registry.customers.customer.models import Customer, CustomerTag, CustomerToken
from services.registry.customers.score.models import Score
from services.registry.sales.product.models import Product
from shared import migrations
from tests.services.harness import Running


def test_version_3_adds_search_tokens_of_mixed_words_to_stored_customers(registry: Running) -> None:
    """A mixed word has Chinese characters beside letters or digits, such as 海尔集团888分店."""
    body = {
        "name": "海尔集团888分店",
        "kind": "organisation",
        "nature": "retailer",
        "external_ids": [{"system": "erp", "id": "A-17号"}],
    }
    assert registry.client.post("/v1/customers", json=body).status_code == 201
    migrations.downgrade(registry.database, SERVICE.migrations, to="0002")
    with registry.database.transaction() as session:
        tokens = set(session.scalars(select(CustomerToken.token)))
        new_tokens = {"888", "团", "店", "a-17", "号"}
        assert new_tokens < tokens
        session.execute(delete(CustomerToken).where(CustomerToken.token.in_(new_tokens)))
    migrations.upgrade(registry.database, SERVICE.migrations)
    with registry.database.reading() as session:
        assert set(session.scalars(select(CustomerToken.token))) == tokens


@pytest.mark.both_stacks
@pytest.mark.parametrize(
    ("phone", "e164"),
    [
        ("010 5555 0111 转8008", "+861055550111"),
        ("021-55550100-8008", "+862155550100"),
        ("12315", None),
        ("not a number", None),
    ],
)
def test_a_migration_writes_stored_phone_numbers_in_e164_as_the_registry_does(
    registry: Running, phone: str, e164: str | None
) -> None:
    body = {"name": "王强", "phone": "021 5555 0100"}
    assert registry.client.post("/v1/customers", json=body).status_code == 201
    migrations.downgrade(registry.database, SERVICE.migrations, to="404dc34e72b1")
    with registry.database.transaction() as session:
        session.execute(update(Customer).values(phone=phone))
        session.execute(delete(CustomerToken))
    migrations.upgrade(registry.database, SERVICE.migrations)
    with registry.database.reading() as session:
        assert session.scalar(select(Customer.phone_e164)) == e164
        expected = phone_tokens(e164) if e164 else set()
        assert set(session.scalars(select(CustomerToken.token))) == expected


@pytest.mark.both_stacks
def test_a_migration_adds_the_folded_tokens_of_stored_customers(registry: Running) -> None:
    body = {
        "name": "Ｔｒａｄｉｎｇ 𠮷野 Straße",
        "city": "ﾔﾏｶﾞﾀ",
        "external_ids": [{"system": "erp", "id": "ＮＲ-7"}],
    }
    assert registry.client.post("/v1/customers", json=body).status_code == 201
    migrations.downgrade(registry.database, SERVICE.migrations, to="5be0c2d97f14")
    with registry.database.transaction() as session:
        tokens = set(session.scalars(select(CustomerToken.token)))
        session.execute(delete(CustomerToken))
        customer_id = session.scalars(select(Customer.id)).one()
        session.add(CustomerToken(token="straße", customer_id=customer_id))
    migrations.upgrade(registry.database, SERVICE.migrations)
    with registry.database.reading() as session:
        assert set(session.scalars(select(CustomerToken.token))) == tokens | {"straße"}


@pytest.mark.both_stacks
def test_a_migration_lets_filters_find_what_was_stored_in_another_spelling(
    registry: Running,
) -> None:
    body = {"name": "Café", "city": "x", "owner": "x", "team": "x", "tags": ["x"]}
    customer = registry.client.post("/v1/customers", json=body).json()
    registry.client.put("/v1/products/by-code/1", json={"name": "x", "category": "x"})
    migrations.downgrade(registry.database, SERVICE.migrations, to="364ac3d1b42e")
    stored = dict.fromkeys(("city", "owner", "team"), "\u200b Liège")
    tags = ["Lie\u0300ge", "Li\u00e8ge", "\u200b"]
    with registry.database.transaction() as session:
        session.execute(update(Customer).values(**stored, tags=tags))
        session.execute(update(Score).values(owner=stored["owner"], team=stored["team"]))
        session.execute(delete(CustomerTag))
        session.add_all(CustomerTag(tag=tag, customer_id=UUID(customer["id"])) for tag in tags)
        session.execute(update(Product).values(name="Lie\u0300ge 2", category="Lie\u0300ge"))
    migrations.upgrade(registry.database, SERVICE.migrations)
    for name in ("city", "owner", "team", "tag"):
        (found,) = items(registry, "/v1/customers", {name: "Lie\u0300ge", "sort": "value_points"})
        assert (found["version"], found["changed_at"]) == (1, customer["changed_at"])
        assert (found["city"], found["tags"]) == ("Li\u00e8ge", ["Li\u00e8ge", "\u200b"])
    for name in ("name_prefix", "category"):
        assert len(items(registry, "/v1/products", {name: "Li\u00e8ge"})) == 1


def items(registry: Running, path: str, params: dict[str, str]) -> list[dict[str, Any]]:
    """Return the items of the first page of a list."""
    found: list[dict[str, Any]] = registry.client.get(path, params=params).json()["items"]
    return found

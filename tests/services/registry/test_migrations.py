"""Tests of migrations of the registry that change stored rows."""

import json
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, select, update

from services.registry.__main__ import SERVICE
from services.registry.customers.customer.contacts import phone_tokens
from services.registry.customers.customer.models import (
    Customer,
    CustomerChange,
    CustomerTag,
    CustomerToken,
)
from services.registry.customers.score.models import Score
from services.registry.sales.product.models import Product
from shared import migrations
from shared.models import Outbox
from shared.row_access import team_id_of, user_id_of
from tests.services.colleagues import team, user
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
    body = {"name": "Café", "city": "x", "tags": ["x"]}
    customer = registry.client.post("/v1/customers", json=body).json()
    registry.client.put("/v1/products/by-code/1", json={"name": "x", "category": "x"})
    migrations.downgrade(registry.database, SERVICE.migrations, to="364ac3d1b42e")
    tags = ["Lie\u0300ge", "Li\u00e8ge", "\u200b"]
    with registry.database.transaction() as session:
        session.execute(update(Customer).values(city="\u200b Liège", tags=tags))
        session.execute(delete(CustomerTag))
        session.add_all(CustomerTag(tag=tag, customer_id=UUID(customer["id"])) for tag in tags)
        session.execute(update(Product).values(name="Lie\u0300ge 2", category="Lie\u0300ge"))
    migrations.upgrade(registry.database, SERVICE.migrations)
    for name in ("city", "tag"):
        (found,) = items(registry, "/v1/customers", {name: "Lie\u0300ge", "sort": "value_points"})
        assert (found["version"], found["changed_at"]) == (1, customer["changed_at"])
        assert (found["city"], found["tags"]) == ("Li\u00e8ge", ["Li\u00e8ge", "\u200b"])
    for name in ("name_prefix", "category"):
        assert len(items(registry, "/v1/products", {name: "Li\u00e8ge"})) == 1


NAMES = {"owner": "Rene\u0301\u200b", "team": "Li\u00e8ge"}
"""An owner and a team as earlier releases stored and published them."""
IDS = {"owner": str(user_id_of("Ren\u00e9")), "team": str(team_id_of("Li\u00e8ge"))}
BEFORE_IDS = "b97b534472b2"


def store_texts(registry: Running) -> dict[str, Any]:
    """Register a customer, undo the migration to ids, store and publish texts; return the body."""
    body = {"name": "华东百货", "owner": user("li.na"), "team": team("east")}
    customer: dict[str, Any] = registry.client.post("/v1/customers", json=body).json()
    registry.client.patch(
        f"/v1/customers/{customer['id']}", json={"owner": None}, headers={"If-Match": '"1"'}
    )
    migrations.downgrade(registry.database, SERVICE.migrations, to=BEFORE_IDS)
    history = {"owner": {"from": "Wang", "to": NAMES["owner"]}, "city": {"from": None, "to": "x"}}
    with registry.database.transaction() as session:
        session.execute(update(Customer).values(NAMES))
        session.execute(update(Score).values(NAMES))
        changed = update(CustomerChange).where(CustomerChange.version == 2)
        session.execute(changed.values(changes=history))
        for row in session.scalars(select(Outbox)):
            row.payload = json.dumps(json.loads(row.payload or "") | NAMES, ensure_ascii=False)
    return customer


@pytest.mark.both_stacks
def test_a_migration_makes_ids_and_names_of_the_texts_of_owners_and_teams(
    registry: Running,
) -> None:
    customer = store_texts(registry)
    migrations.upgrade(registry.database, SERVICE.migrations)
    path = f"/v1/customers/{customer['id']}"
    shown = registry.client.get(path).json()
    names = {"owner_name": "Ren\u00e9", "team_name": "Li\u00e8ge"}
    assert shown.items() >= {**IDS, **names, "version": 2}.items()
    for params in ({"owner": IDS["owner"]}, {"team": IDS["team"], "sort": "value_points"}):
        assert items(registry, "/v1/customers", params) == [shown]
    change = registry.client.get(f"{path}/history").json()["items"][0]["changes"]
    assert change["owner"] == {
        "from": user_id_of("Wang"),
        "to": IDS["owner"],
        "from_name": "Wang",
        "to_name": "Ren\u00e9",
    }
    assert change["city"] == {"from": None, "to": "x"}
    added = registry.client.post("/v1/customers", json={"name": "x", "owner": user_id_of("Wang")})
    assert added.json()["owner_name"] == "Wang"


@pytest.mark.both_stacks
def test_no_event_has_the_text_of_an_owner_or_team_after_the_migration(registry: Running) -> None:
    store_texts(registry)
    migrations.upgrade(registry.database, SERVICE.migrations)
    events = registry.recorded()
    assert len(events) == 4
    assert {(each.owner, each.team) for each in events} == {(IDS["owner"], IDS["team"])}
    with registry.database.reading() as session:
        payloads = "".join(filter(None, session.scalars(select(Outbox.payload))))
    assert "Li\u00e8ge" not in payloads
    assert "华东百货" in payloads


@pytest.mark.both_stacks
def test_the_migration_to_ids_may_run_again_after_it_was_interrupted(registry: Running) -> None:
    customer = store_texts(registry)
    migrations.upgrade(registry.database, SERVICE.migrations)
    path = f"/v1/customers/{customer['id']}"
    first = registry.client.get(path).json()
    migrations.downgrade(registry.database, SERVICE.migrations, to=BEFORE_IDS)
    with registry.database.transaction() as session:
        session.execute(update(Score).values(NAMES))
    migrations.upgrade(registry.database, SERVICE.migrations)
    assert registry.client.get(path).json() == first
    found = items(registry, "/v1/customers", {"owner": IDS["owner"], "sort": "value_points"})
    assert found == [first]


def items(registry: Running, path: str, params: dict[str, str]) -> list[dict[str, Any]]:
    """Return the items of the first page of a list."""
    found: list[dict[str, Any]] = registry.client.get(path, params=params).json()["items"]
    return found

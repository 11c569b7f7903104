"""Tests of migrations of the registry that change stored rows."""

from sqlalchemy import delete, select

from services.registry.__main__ import SERVICE
from services.registry.customers.customer.models import CustomerToken
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

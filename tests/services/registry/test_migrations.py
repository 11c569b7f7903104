"""What migrations make of rows that are on record."""

from sqlalchemy import delete, select

from services.registry.__main__ import SERVICE
from services.registry.customers.customer.models import CustomerToken
from shared import migrations
from tests.services.harness import Running


def test_customers_on_record_are_found_by_the_pieces_of_their_names(registry: Running) -> None:
    body = {
        "name": "海尔集团888分店",
        "kind": "organisation",
        "nature": "retailer",
        "external_ids": [{"system": "erp", "id": "A-17号"}],
    }
    assert registry.client.post("/v1/customers", json=body).status_code == 201
    migrations.downgrade(registry.database, SERVICE.migrations, to="0002")
    with registry.database.transaction() as session:
        made = set(session.scalars(select(CustomerToken.token)))
        lacking = {"888", "团", "店", "a-17", "号"}
        assert lacking < made
        session.execute(delete(CustomerToken).where(CustomerToken.token.in_(lacking)))
    migrations.upgrade(registry.database, SERVICE.migrations)
    with registry.database.reading() as session:
        assert set(session.scalars(select(CustomerToken.token))) == made

"""An index for the list of the customers in a country."""

from alembic import op

from shared.migrations import create_index

revision = "b25f4c80e9d1"
down_revision = "7d1c0b9a52ee"


def upgrade() -> None:
    create_index("ix_customers_country_id", "customers", ["country", "id"])


def downgrade() -> None:
    op.drop_index("ix_customers_country_id", "customers")

"""API keys are sorted by name, alike on both databases."""

import sqlalchemy as sa
from alembic import op

revision = "3c6d1e8fa275"
down_revision = "0001"


def upgrade() -> None:
    _sort_names("C")
    op.create_index("ix_api_keys_name_id", "api_keys", ["name", "id"])


def downgrade() -> None:
    op.drop_index("ix_api_keys_name_id", "api_keys")
    _sort_names("default")


def _sort_names(collation: str) -> None:
    """Set the collation of names on PostgreSQL."""
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("api_keys", "name", type_=sa.String(200, collation=collation))

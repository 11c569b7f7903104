"""Value points sort alike on both databases."""

import sqlalchemy as sa
from alembic import op

revision = "a95d3f7c20e8"
down_revision = "b25f4c80e9d1"


def upgrade() -> None:
    _sort_value_order("C")


def downgrade() -> None:
    _sort_value_order("default")


def _sort_value_order(collation: str) -> None:
    """Set the collation on PostgreSQL, which does not rewrite the table but its indexes for it."""
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("scores", "value_order", type_=sa.String(64, collation=collation))

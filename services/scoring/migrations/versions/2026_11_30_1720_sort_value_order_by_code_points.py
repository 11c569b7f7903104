"""Value points sort alike on both databases."""

import sqlalchemy as sa
from alembic import op

revision = "5b2f9d7c1e60"
down_revision = "676298c1a122"


def upgrade() -> None:
    _sort_value_order("C")


def downgrade() -> None:
    _sort_value_order("default")


def _sort_value_order(collation: str) -> None:
    """Set the collation on PostgreSQL, which does not rewrite the table but its index for it."""
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("scores", "value_order", type_=sa.String(64, collation=collation))

"""Responses have ids in other systems, and imports know whether lines have no ids."""

import sqlalchemy as sa
from alembic import op

revision = "5b7d20c9e4a1"
down_revision = "95d16506505a"


def upgrade() -> None:
    op.add_column("responses", sa.Column("external_system", sa.String(100), nullable=True))
    op.add_column("responses", sa.Column("external_id", sa.String(100), nullable=True))
    op.add_column("imports", sa.Column("has_lines_without_ids", sa.Boolean(), nullable=True))


def downgrade() -> None:
    op.drop_column("imports", "has_lines_without_ids")
    op.drop_column("responses", "external_id")
    op.drop_column("responses", "external_system")

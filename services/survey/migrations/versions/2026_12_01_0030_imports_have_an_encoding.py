"""Imports have an encoding."""

import sqlalchemy as sa
from alembic import op

revision = "542b2c48bb65"
down_revision = "c81f36a0d7b5"


def upgrade() -> None:
    op.add_column("imports", sa.Column("encoding", sa.String(20), nullable=True))


def downgrade() -> None:
    op.drop_column("imports", "encoding")

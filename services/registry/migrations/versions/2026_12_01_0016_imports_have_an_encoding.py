"""Imports have an encoding."""

import sqlalchemy as sa
from alembic import op

revision = "364ac3d1b42e"
down_revision = "b1f0c6d27a94"


def upgrade() -> None:
    op.add_column("imports", sa.Column("encoding", sa.String(20), nullable=True))


def downgrade() -> None:
    op.drop_column("imports", "encoding")

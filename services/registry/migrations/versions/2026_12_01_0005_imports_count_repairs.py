"""Imports count what was repaired in the cells of their files."""

import sqlalchemy as sa
from alembic import op

from shared.database import Json

revision = "5be0c2d97f14"
down_revision = "d28c02de0980"


def upgrade() -> None:
    op.add_column("imports", sa.Column("repaired", Json, nullable=True))


def downgrade() -> None:
    op.drop_column("imports", "repaired")

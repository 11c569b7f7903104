"""Imports count what was repaired in the cells of their files."""

import sqlalchemy as sa
from alembic import op

from shared.database import Json

revision = "e8a61f3d20b7"
down_revision = "f3860362e605"


def upgrade() -> None:
    op.add_column("imports", sa.Column("repaired", Json, nullable=True))


def downgrade() -> None:
    op.drop_column("imports", "repaired")

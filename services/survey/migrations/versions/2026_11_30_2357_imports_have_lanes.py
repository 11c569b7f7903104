"""Imports have lanes, and an index with which their callers take turns."""

import sqlalchemy as sa
from alembic import op

from shared.database import Moment

revision = "f3860362e605"
down_revision = "391c7ddd06a2"


def upgrade() -> None:
    op.add_column(
        "imports", sa.Column("lane", sa.String(10), server_default="large", nullable=False)
    )
    op.add_column("imports", sa.Column("attempted_at", Moment, nullable=True))
    op.create_index(
        op.f("ix_imports_created_by"),
        "imports",
        ["created_by", "lane", "attempted_at"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_imports_created_by"), table_name="imports")
    op.drop_column("imports", "attempted_at")
    op.drop_column("imports", "lane")

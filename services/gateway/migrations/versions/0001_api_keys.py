"""API keys, and the kit's tables."""

import sqlalchemy as sa
from alembic import op

from shared.database import Json, Moment
from shared.migrations import create_shared_tables, drop_shared_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_shared_tables()
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False, unique=True),
        sa.Column("scopes", Json, nullable=False),
        sa.Column("rows", sa.String(4), nullable=False),
        sa.Column("team", sa.String(100)),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("created_by", sa.String(100), nullable=False),
        sa.Column("revoked_at", Moment),
    )


def downgrade() -> None:
    op.drop_table("api_keys")
    drop_shared_tables()

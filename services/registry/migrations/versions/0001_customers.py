"""Customers, and the kit's tables."""

from uuid import UUID

import sqlalchemy as sa
from alembic import op

from shared.database import Json, Moment
from shared.migrations import create_shared_tables, drop_shared_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_shared_tables()
    op.create_table(
        "customers",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("external_ids", Json, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("name_en", sa.String(200)),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("nature", sa.String(30), nullable=False),
        sa.Column("ownership", sa.String(30)),
        sa.Column("retail_format", sa.String(30)),
        sa.Column("email", sa.String(200)),
        sa.Column("phone", sa.String(50)),
        sa.Column("city", sa.String(100)),
        sa.Column("owner", sa.String(100), index=True),
        sa.Column("team", sa.String(100), index=True),
        sa.Column("internal", sa.Boolean(), nullable=False),
        sa.Column("disqualified", sa.Boolean(), nullable=False),
        sa.Column("tags", Json, nullable=False),
        sa.Column("registered_at", Moment, nullable=False),
        sa.Column("changed_at", Moment, nullable=False),
    )
    op.create_table(
        "customer_identities",
        sa.Column("system", sa.String(100), primary_key=True),
        sa.Column("external_id", sa.String(100), primary_key=True),
        _customer_id(index=True),
    )
    op.create_table(
        "customer_tokens",
        sa.Column("token", sa.String(60), primary_key=True),
        _customer_id(primary_key=True, index=True),
    )
    op.create_index(
        "ix_customer_tokens_prefix",
        "customer_tokens",
        ["token"],
        postgresql_ops={"token": "varchar_pattern_ops"},
    )
    op.create_table(
        "customer_changes",
        _customer_id(primary_key=True),
        sa.Column("version", sa.Integer(), primary_key=True),
        sa.Column("changed_at", Moment, nullable=False),
        sa.Column("changed_by", sa.String(100), nullable=False),
        sa.Column("reason", sa.String(500)),
        sa.Column("changes", Json, nullable=False),
    )


def downgrade() -> None:
    for table in ("customer_changes", "customer_tokens", "customer_identities", "customers"):
        op.drop_table(table)
    drop_shared_tables()


def _customer_id(*, primary_key: bool = False, index: bool = False) -> sa.Column[UUID]:
    return sa.Column(
        "customer_id",
        sa.Uuid(),
        sa.ForeignKey("customers.id", ondelete="CASCADE"),
        primary_key=primary_key,
        index=index or None,
        nullable=False,
    )

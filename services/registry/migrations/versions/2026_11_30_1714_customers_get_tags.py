"""A table of the tags of customers; names of customers sort alike on both databases."""

import sqlalchemy as sa
from alembic import op

revision = "1d7d65673ae5"
down_revision = "4c27d8e1b5a3"


def upgrade() -> None:
    op.create_table(
        "customer_tags",
        sa.Column("tag", sa.String(100), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customers.id"],
            name=op.f("fk_customer_tags_customer_id_customers"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tag", "customer_id", name=op.f("pk_customer_tags")),
    )
    op.create_index(op.f("ix_customer_tags_customer_id"), "customer_tags", ["customer_id"])
    _sort_names("C")


def downgrade() -> None:
    _sort_names("default")
    op.drop_table("customer_tags")


def _sort_names(collation: str) -> None:
    """Set the collation of names on PostgreSQL, which does not rewrite the table for it."""
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("customers", "name", type_=sa.String(200, collation=collation))

"""Indexes for the orders and filters of the lists of orders and products."""

import sqlalchemy as sa
from alembic import op

from shared.migrations import create_index

revision = "7e90d2b4f1a3"
down_revision = "c41b7e90d5a8"

_INDEXES = {
    "ix_orders_ordered_at_id": ("orders", ["ordered_at", "id"]),
    "ix_orders_customer_id_ordered_at_id": ("orders", ["customer_id", "ordered_at", "id"]),
    "ix_orders_occurred_on_id": ("orders", ["occurred_on", "id"]),
    "ix_order_lines_product_code_order_id": ("order_lines", ["product_code", "order_id"]),
    "ix_products_category": ("products", ["category"]),
    "ix_products_name_id": ("products", ["name", "id"]),
}


def upgrade() -> None:
    _sort_texts("C")
    for name, (table, columns) in _INDEXES.items():
        create_index(name, table, columns)
    op.drop_index("ix_orders_customer_id", "orders", if_exists=True)


def downgrade() -> None:
    op.create_index("ix_orders_customer_id", "orders", ["customer_id"])
    for name, (table, _) in _INDEXES.items():
        op.drop_index(name, table)
    _sort_texts("default")


def _sort_texts(collation: str) -> None:
    """Set the collation of codes and names on PostgreSQL, so that they sort as on SQLite."""
    if op.get_bind().dialect.name == "postgresql":
        for name, length in (("code", 100), ("name", 200)):
            op.alter_column("products", name, type_=sa.String(length, collation=collation))

"""Products, orders and imports."""

import sqlalchemy as sa
from alembic import op

from shared.database import Exact, Json, Moment
from shared.migrations import job_columns

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    _create_products()
    _create_orders()
    _create_imports()


def downgrade() -> None:
    for table in ("import_rejections", "imports", "order_lines", "orders", "products"):
        op.drop_table(table)


def _create_products() -> None:
    op.create_table(
        "products",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(100), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("category", sa.String(100)),
        sa.Column("unit_price", Exact),
        sa.Column("currency", sa.String(3)),
        sa.Column("lifetime_days", sa.Integer()),
        sa.Column("purchase_cycle_days", sa.Integer()),
        sa.Column("changed_at", Moment, nullable=False),
        sa.UniqueConstraint("code"),
    )


def _create_orders() -> None:
    op.create_table(
        "orders",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("system", sa.String(100), nullable=False),
        sa.Column("external_id", sa.String(100), nullable=False),
        sa.Column("customer_id", sa.Uuid(), sa.ForeignKey("customers.id"), index=True),
        sa.Column("anonymous_reference", sa.String(100), index=True),
        sa.Column("ordered_at", Moment, nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("promised_on", sa.Date()),
        sa.Column("delivered_on", sa.Date()),
        sa.Column("faulty", sa.Boolean(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("recorded_at", Moment, nullable=False),
        sa.UniqueConstraint("system", "external_id"),
    )
    op.create_table(
        "order_lines",
        sa.Column("order_id", sa.Uuid(), sa.ForeignKey("orders.id"), primary_key=True),
        sa.Column("ordinal", sa.Integer(), primary_key=True),
        sa.Column("product_code", sa.String(100), nullable=False),
        sa.Column("quantity", Exact, nullable=False),
        sa.Column("unit_price", Exact, nullable=False),
        sa.Column("discount", Exact, nullable=False),
        sa.Column("unit_cost", Exact),
    )


def _create_imports() -> None:
    op.create_table(
        "imports",
        *job_columns(),
        sa.Column("entity", sa.String(20), nullable=False),
        sa.Column("options", Json, nullable=False),
        sa.Column("mapping", Json, nullable=False),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("file_name", sa.String(200), nullable=False),
        sa.Column("file_size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("header", Json, nullable=False),
        sa.Column("ignored_columns", Json, nullable=False),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("created", "updated", "unchanged", "rejected")
        ),
        sa.Column("position", sa.String(200)),
        sa.Column("changed_at", Moment, nullable=False),
    )
    key = sa.ForeignKey("imports.id", ondelete="CASCADE")
    op.create_table(
        "import_rejections",
        sa.Column("import_id", sa.Uuid(), key, primary_key=True),
        sa.Column("line", sa.Integer(), primary_key=True),
        sa.Column("cells", Json, nullable=False),
        sa.Column("faults", Json, nullable=False),
    )

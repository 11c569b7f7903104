"""The registry stores the names of users and teams, to whom customers are assigned."""

import sqlalchemy as sa
from alembic import op

revision = "b97b534472b2"
down_revision = "f6521f87bb60"


def upgrade() -> None:
    op.create_table(
        "colleagues",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("search_name", sa.String(200), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_colleagues")),
    )
    op.create_index("ix_colleagues_search_name", "colleagues", ["search_name"], unique=False)


def downgrade() -> None:
    op.drop_table("colleagues")

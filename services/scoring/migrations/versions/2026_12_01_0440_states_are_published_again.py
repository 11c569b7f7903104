"""States are withdrawn and published again; scores know the trace of their last change."""

import sqlalchemy as sa
from alembic import op

from shared.migrations import create_publication_tables, drop_publication_tables

revision = "8416d7163108"
down_revision = "27f8c4d1b06e"


def upgrade() -> None:
    create_publication_tables()
    op.add_column(
        "scores",
        sa.Column("withdrawn", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column("scores", sa.Column("traceparent", sa.String(55)))


def downgrade() -> None:
    op.drop_column("scores", "traceparent")
    op.drop_column("scores", "withdrawn")
    drop_publication_tables()

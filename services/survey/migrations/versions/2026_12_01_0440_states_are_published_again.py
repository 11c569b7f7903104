"""States are withdrawn and published again; imports and their events have one trace."""

import sqlalchemy as sa
from alembic import op

from shared.migrations import create_publication_tables, drop_publication_tables

revision = "c4961a2ba46a"
down_revision = "e93b6d20f5a1"


def upgrade() -> None:
    create_publication_tables()
    op.add_column("imports", sa.Column("traceparent", sa.String(55)))


def downgrade() -> None:
    op.drop_column("imports", "traceparent")
    drop_publication_tables()

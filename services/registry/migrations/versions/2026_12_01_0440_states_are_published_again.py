"""States are withdrawn and published again; imports and their events have one trace."""

import sqlalchemy as sa
from alembic import op

from shared.migrations import create_publication_tables, drop_publication_tables

revision = "f6521f87bb60"
down_revision = "5d1c0e7b9a42"


def upgrade() -> None:
    create_publication_tables()
    op.add_column("imports", sa.Column("traceparent", sa.String(55)))


def downgrade() -> None:
    op.drop_column("imports", "traceparent")
    drop_publication_tables()

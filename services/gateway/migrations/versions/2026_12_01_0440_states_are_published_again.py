"""States are withdrawn and published again."""

from shared.migrations import create_publication_tables, drop_publication_tables

revision = "41c6e9c73498"
down_revision = "3ad3889cdf30"


def upgrade() -> None:
    create_publication_tables()


def downgrade() -> None:
    drop_publication_tables()

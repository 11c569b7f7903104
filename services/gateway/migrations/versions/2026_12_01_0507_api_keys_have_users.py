"""An API key belongs to a user, whose customers a key with `rows: own` sees."""

import sqlalchemy as sa
from alembic import op

revision = "28af462a041a"
down_revision = "41c6e9c73498"


def upgrade() -> None:
    op.add_column("api_keys", sa.Column("user", sa.String(36), nullable=True))


def downgrade() -> None:
    op.drop_column("api_keys", "user")

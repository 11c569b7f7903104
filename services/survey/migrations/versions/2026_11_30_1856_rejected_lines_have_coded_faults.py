"""Rejected lines have coded faults, and failures of imports have parameters."""

import sqlalchemy as sa
from alembic import op

from shared.database import Json

revision = "391c7ddd06a2"
down_revision = "b9d4a71c5e02"


def upgrade() -> None:
    op.add_column("imports", sa.Column("failure_params", Json, nullable=True))
    op.add_column("import_rejections", sa.Column("coded_faults", Json, nullable=True))


def downgrade() -> None:
    op.drop_column("import_rejections", "coded_faults")
    op.drop_column("imports", "failure_params")

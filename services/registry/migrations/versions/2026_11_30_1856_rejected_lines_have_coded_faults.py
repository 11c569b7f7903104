"""Rejected lines have coded faults, and failures of imports have parameters."""

import sqlalchemy as sa
from alembic import op

from shared.database import Json

revision = "16465377cb57"
down_revision = "a95d3f7c20e8"


def upgrade() -> None:
    op.add_column("imports", sa.Column("failure_params", Json, nullable=True))
    op.add_column("import_rejections", sa.Column("coded_faults", Json, nullable=True))


def downgrade() -> None:
    op.drop_column("import_rejections", "coded_faults")
    op.drop_column("imports", "failure_params")

"""The registry stores the score that scoring publishes about each customer."""

import sqlalchemy as sa
from alembic import op

from shared.database import Exact, Moment

revision = "9f0143b06a91"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "scores",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(100), nullable=True),
        sa.Column("team", sa.String(100), nullable=True),
        sa.Column("value_order", sa.String(64), nullable=False),
        sa.Column("value_points", Exact, nullable=True),
        sa.Column("customer_class", sa.String(1), nullable=True),
        sa.Column("rung", sa.String(20), nullable=True),
        sa.Column("silent", sa.Boolean(), nullable=True),
        sa.Column("currency", sa.String(3), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("made_at", Moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["id"], ["customers.id"], name=op.f("fk_scores_id_customers"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scores")),
    )
    op.create_index(
        "ix_scores_customer_class", "scores", ["customer_class", "value_order", "id"], unique=False
    )
    op.create_index("ix_scores_owner", "scores", ["owner", "value_order", "id"], unique=False)
    op.create_index("ix_scores_rung", "scores", ["rung", "value_order", "id"], unique=False)
    op.create_index("ix_scores_team", "scores", ["team", "value_order", "id"], unique=False)
    op.create_index("ix_scores_value_order", "scores", ["value_order", "id"], unique=False)


def downgrade() -> None:
    op.drop_table("scores")

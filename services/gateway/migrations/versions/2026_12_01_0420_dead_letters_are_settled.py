"""Dead letters that were applied or discarded are not listed or tried again."""

from alembic import op

from shared.migrations import create_settled_dead_letters

revision = "8be4f0a2c716"
down_revision = "c2a95e1d7f38"


def upgrade() -> None:
    create_settled_dead_letters()


def downgrade() -> None:
    op.drop_table("settled_dead_letters")

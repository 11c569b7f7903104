"""Dead letters that were applied or discarded are not listed or tried again."""

from alembic import op

from shared.migrations import create_settled_dead_letters

revision = "e93b6d20f5a1"
down_revision = "a7e4c09b52d1"


def upgrade() -> None:
    create_settled_dead_letters()


def downgrade() -> None:
    op.drop_table("settled_dead_letters")

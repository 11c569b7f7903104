"""Dead letters that were applied or discarded are not listed or tried again."""

from alembic import op

from shared.migrations import create_settled_dead_letters

revision = "27f8c4d1b06e"
down_revision = "f18d63b7a0c4"


def upgrade() -> None:
    create_settled_dead_letters()


def downgrade() -> None:
    op.drop_table("settled_dead_letters")

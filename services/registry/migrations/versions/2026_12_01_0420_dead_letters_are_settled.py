"""Dead letters that were applied or discarded are not listed or tried again."""

from alembic import op

from shared.migrations import create_settled_dead_letters

revision = "5d1c0e7b9a42"
down_revision = "90b7f4e21c6d"


def upgrade() -> None:
    create_settled_dead_letters()


def downgrade() -> None:
    op.drop_table("settled_dead_letters")

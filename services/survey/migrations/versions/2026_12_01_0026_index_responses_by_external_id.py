"""A response is found by its id in another system, which it has once in each wave."""

from alembic import op

from shared.migrations import create_index

revision = "c81f36a0d7b5"
down_revision = "5b7d20c9e4a1"

_INDEX = "ix_responses_external"
_COLUMNS = ["survey_id", "external_system", "external_id", "wave"]


def upgrade() -> None:
    create_index(_INDEX, "responses", _COLUMNS, unique=True)


def downgrade() -> None:
    op.drop_index(_INDEX, "responses")

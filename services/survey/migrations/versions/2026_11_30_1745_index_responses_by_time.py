"""Responses to a survey are sorted by the time at which they were submitted."""

from alembic import op

from shared.migrations import create_index

revision = "b9d4a71c5e02"
down_revision = "0001"

_INDEX = "ix_responses_submitted"


def upgrade() -> None:
    create_index(_INDEX, "responses", ["survey_id", "submitted_at", "id"])


def downgrade() -> None:
    op.drop_index(_INDEX, "responses")

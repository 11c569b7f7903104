"""Teams and users, to whom customers are assigned."""

import sqlalchemy as sa
from alembic import op

from shared.database import Moment, sorted_text

revision = "3ad3889cdf30"
down_revision = "8be4f0a2c716"


def upgrade() -> None:
    op.create_table(
        "teams",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sorted_text(200), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("changed_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teams")),
    )
    op.create_index("ix_teams_created_at_id", "teams", ["created_at", "id"], unique=False)
    op.create_index("ix_teams_name_id", "teams", ["name", "id"], unique=False)
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sorted_text(200), nullable=False),
        sa.Column("team", sa.Uuid(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("changed_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(["team"], ["teams.id"], name=op.f("fk_users_team_teams")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
    )
    op.create_index("ix_users_created_at_id", "users", ["created_at", "id"], unique=False)
    op.create_index("ix_users_name_id", "users", ["name", "id"], unique=False)
    op.create_index(
        "ix_users_team_created_at_id", "users", ["team", "created_at", "id"], unique=False
    )
    op.create_index("ix_users_team_name_id", "users", ["team", "name", "id"], unique=False)


def downgrade() -> None:
    op.drop_table("users")
    op.drop_table("teams")

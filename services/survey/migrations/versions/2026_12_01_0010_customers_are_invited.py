"""Customers are invited."""

import sqlalchemy as sa
from alembic import op

from shared.database import Moment

revision = "95d16506505a"
down_revision = "e8a61f3d20b7"


def upgrade() -> None:
    op.create_table(
        "invitations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Uuid(), nullable=False),
        sa.Column("wave", sa.String(40), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("created_by", sa.String(100), nullable=False),
        sa.Column("identity", sa.Uuid(), nullable=False),
        sa.Column("respondent_system", sa.String(100), nullable=True),
        sa.Column("respondent_id", sa.String(100), nullable=True),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["survey_id", "wave"],
            ["waves.survey_id", "waves.code"],
            name=op.f("fk_invitations_survey_id_waves"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("identity", name=op.f("uq_invitations_identity")),
    )
    op.create_index(
        op.f("ix_invitations_customer_id"), "invitations", ["customer_id"], unique=False
    )
    op.create_index("ix_invitations_listed", "invitations", ["survey_id", "id"], unique=False)
    op.create_index(
        "ix_invitations_respondent",
        "invitations",
        ["respondent_system", "respondent_id"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_index("ix_invitations_respondent", table_name="invitations")
    op.drop_index("ix_invitations_listed", table_name="invitations")
    op.drop_index(op.f("ix_invitations_customer_id"), table_name="invitations")
    op.drop_table("invitations")

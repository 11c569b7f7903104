"""Questionnaires, surveys, responses, copies of customers, and the kit's tables."""

import secrets

import sqlalchemy as sa
from alembic import op

from shared.database import Json, Moment
from shared.migrations import create_shared_tables, drop_shared_tables, job_columns

revision = "0001"
down_revision = None

TABLES = (
    "import_rejections",
    "imports",
    "responses",
    "waves",
    "surveys",
    "link_keys",
    "questionnaire_versions",
    "questionnaires",
    "customer_identities",
    "customers",
)


def upgrade() -> None:
    create_shared_tables()
    _create_customers()
    _create_questionnaires()
    _create_surveys()
    _create_responses()
    _create_imports()


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    drop_shared_tables()


def _create_customers() -> None:
    op.create_table(
        "customers",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(100), index=True),
        sa.Column("team", sa.String(100), index=True),
    )
    op.create_table(
        "customer_identities",
        sa.Column("system", sa.String(100), primary_key=True),
        sa.Column("external_id", sa.String(100), primary_key=True),
        sa.Column("customer_id", sa.Uuid(), index=True),
        sa.Column("stated_at", Moment),
    )


def _create_questionnaires() -> None:
    op.create_table(
        "questionnaires",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("newest", sa.Integer(), nullable=False),
        sa.Column("template", sa.String(100)),
        sa.Column("created_at", Moment, nullable=False),
    )
    op.create_table(
        "questionnaire_versions",
        sa.Column(
            "questionnaire_id", sa.Uuid(), sa.ForeignKey("questionnaires.id"), primary_key=True
        ),
        sa.Column("version", sa.Integer(), primary_key=True),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("document", Json, nullable=False),
        sa.Column("changed_at", Moment, nullable=False),
        sa.Column("changed_by", sa.String(100), nullable=False),
        sa.Column("published_at", Moment),
    )


def _create_surveys() -> None:
    op.create_table(
        "surveys",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", Json, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("items", Json, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("created_by", sa.String(100), nullable=False),
        sa.Column("published_at", Moment),
        sa.Column("closed_at", Moment),
    )
    op.create_table(
        "waves",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("survey_id", sa.Uuid(), sa.ForeignKey("surveys.id"), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column(
            "questionnaire_id", sa.Uuid(), sa.ForeignKey("questionnaires.id"), nullable=False
        ),
        sa.Column("questionnaire_version", sa.Integer(), nullable=False),
        sa.Column("target", sa.Integer()),
        sa.Column("opened_at", Moment, nullable=False),
        sa.Column("closed_at", Moment),
        sa.UniqueConstraint("survey_id", "code", name="uq_waves_survey_id_code"),
    )
    keys = op.create_table(
        "link_keys",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
    )
    op.bulk_insert(keys, [{"id": 1, "secret": secrets.token_bytes(32)}])


def _create_responses() -> None:
    op.create_table(
        "responses",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Uuid(), nullable=False),
        sa.Column("wave", sa.String(40), nullable=False),
        sa.Column("identity", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), index=True),
        sa.Column("respondent_system", sa.String(100)),
        sa.Column("respondent_id", sa.String(100)),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("submitted_at", Moment, nullable=False),
        sa.Column("recorded_at", Moment, nullable=False),
        sa.Column("answers", Json, nullable=False),
        sa.Column("open_answers", Json, nullable=False),
        sa.UniqueConstraint("identity", name="uq_responses_identity"),
        sa.ForeignKeyConstraint(["survey_id", "wave"], ["waves.survey_id", "waves.code"]),
    )
    op.create_index("ix_responses_progress", "responses", ["survey_id", "wave", "channel"])
    op.create_index("ix_responses_listed", "responses", ["survey_id", "id"])
    op.create_index("ix_responses_respondent", "responses", ["respondent_system", "respondent_id"])


def _create_imports() -> None:
    op.create_table(
        "imports",
        *job_columns(),
        sa.Column("survey_id", sa.Uuid(), sa.ForeignKey("surveys.id"), nullable=False, index=True),
        sa.Column("wave", sa.String(40), nullable=False),
        sa.Column("file_name", sa.String(200), nullable=False),
        sa.Column("file_size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("mapping", Json, nullable=False),
        sa.Column("options", Json, nullable=False),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("header", Json, nullable=False),
        sa.Column("ignored_columns", Json, nullable=False),
        sa.Column("created", sa.Integer(), nullable=False),
        sa.Column("updated", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
    )
    op.create_table(
        "import_rejections",
        sa.Column(
            "import_id",
            sa.Uuid(),
            sa.ForeignKey("imports.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("line", sa.Integer(), primary_key=True),
        sa.Column("cells", Json, nullable=False),
        sa.Column("faults", Json, nullable=False),
    )

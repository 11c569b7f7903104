"""Customers, facts, rates, models, scores, surveys, snapshots, and the kit's tables."""

import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa
from alembic import op

from shared.database import Exact, Json, Moment
from shared.migrations import create_shared_tables, drop_shared_tables

revision = "0001"
down_revision = None

FIRST_MODEL = UUID("0199a7c0-0000-7000-8000-000000000001")
MODEL_FILE = Path(__file__).parents[2] / "modelling" / "value_model" / "default.json"
TABLES = (
    "customers",
    "facts",
    "exchange_rates",
    "value_models",
    "scores",
    "assignments",
    "surveys",
    "answers",
    "wave_sums",
    "snapshots",
)


def upgrade() -> None:
    create_shared_tables()
    _create_customers_and_facts()
    _create_models()
    _create_scores()
    _create_surveys()
    op.create_table(
        "snapshots",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("as_of", sa.Date(), primary_key=True),
        sa.Column("made_at", Moment, nullable=False),
        sa.Column("document", Json, nullable=False),
    )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    drop_shared_tables()


def _create_customers_and_facts() -> None:
    op.create_table(
        "customers",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.Integer()),
        sa.Column("sort_id", sa.String(201)),
        sa.Column("owner", sa.String(100), index=True),
        sa.Column("team", sa.String(100), index=True),
        sa.Column("disqualified", sa.Boolean(), nullable=False),
        sa.Column("changed_at", Moment),
    )
    op.create_table(
        "facts",
        sa.Column("fact_id", sa.Uuid(), primary_key=True),
        sa.Column("source_id", sa.Uuid(), nullable=False, index=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("customer_id", sa.Uuid(), index=True),
        sa.Column("named_customer_id", sa.Uuid()),
        sa.Column("anonymous_reference", sa.String(200)),
        sa.Column("occurred_at", Moment, nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", Moment, nullable=False),
        sa.Column("superseded_at", Moment),
        sa.Column("amount", Exact, nullable=False),
        sa.Column("currency", sa.String(3)),
        sa.Column("cost", Exact),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("written_at", Moment, nullable=False),
    )
    op.create_table(
        "exchange_rates",
        sa.Column("currency", sa.String(3), primary_key=True),
        sa.Column("target", sa.String(3), primary_key=True),
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("rate", Exact, nullable=False),
    )


def _create_models() -> None:
    models = op.create_table(
        "value_models",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.Integer(), primary_key=True),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("document", Json, nullable=False),
        sa.Column("active_from", Moment, nullable=False),
        sa.Column("retired_at", Moment),
    )
    row = {
        "id": FIRST_MODEL,
        "version": 1,
        "state": "active",
        "document": json.loads(MODEL_FILE.read_bytes()),
        "active_from": datetime(2000, 1, 1, tzinfo=UTC),
        "retired_at": None,
    }
    op.bulk_insert(models, [row])


def _create_scores() -> None:
    op.create_table(
        "scores",
        sa.Column("customer_id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("made_at", Moment, nullable=False),
        sa.Column("model_id", sa.Uuid(), nullable=False),
        sa.Column("model_version", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("value_points", Exact, nullable=False),
        sa.Column("value_order", sa.String(64), nullable=False),
        sa.Column("rung", sa.String(20), nullable=False),
        sa.Column("silent", sa.Boolean(), nullable=False),
        sa.Column("satisfaction_index", Exact),
        sa.Column("satisfaction_n", sa.Integer()),
        sa.Column("revenue", Exact, nullable=False),
        sa.Column("recent_revenue", Exact, nullable=False),
        sa.Column("profit", Exact),
        sa.Column("purchases", sa.Integer(), nullable=False),
        sa.Column("purchase_days", sa.Integer(), nullable=False),
        sa.Column("last_purchase_on", sa.Date()),
        sa.Column("excluded", Json, nullable=False),
        sa.Column("recent_excluded", Json, nullable=False),
        sa.Column("changes_on", sa.Date(), index=True),
        sa.Column("customer_class", sa.String(1)),
        sa.Column("unsettled_since", Moment),
        sa.Column("assigned_class", sa.String(1)),
        sa.Column("assigned_rung", sa.String(20)),
    )
    op.create_index("ix_scores_value_order", "scores", ["value_order", "customer_id"])
    unsettled = sa.text("unsettled_since IS NOT NULL")
    op.create_index(
        "ix_scores_unsettled",
        "scores",
        ["unsettled_since"],
        postgresql_where=unsettled,
        sqlite_where=unsettled,
    )
    op.create_table(
        "assignments",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("customer_id", sa.Uuid(), nullable=False, index=True),
        sa.Column("aspect", sa.String(10), nullable=False),
        sa.Column("value", sa.String(20)),
        sa.Column("assigned_at", Moment, nullable=False),
    )


def _create_surveys() -> None:
    op.create_table(
        "surveys",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.Integer()),
        sa.Column("items", Json, nullable=False),
        sa.Column("estimates", sa.Integer(), nullable=False),
    )
    op.create_table(
        "answers",
        sa.Column("response_id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.Integer(), primary_key=True),
        sa.Column("survey_id", sa.Uuid(), nullable=False),
        sa.Column("wave", sa.String(100), nullable=False),
        sa.Column("customer_id", sa.Uuid()),
        sa.Column("submitted_on", sa.Date(), nullable=False),
        sa.Column("answers", Json, nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("score", Exact, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
    )
    op.create_index("ix_answers_survey_id_wave", "answers", ["survey_id", "wave"])
    op.create_table(
        "wave_sums",
        sa.Column("survey_id", sa.Uuid(), primary_key=True),
        sa.Column("wave", sa.String(100), primary_key=True),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("total", Exact, nullable=False),
        sa.Column("squares", Exact, nullable=False),
    )

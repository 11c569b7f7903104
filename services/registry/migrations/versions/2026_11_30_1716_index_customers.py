"""Indexes for each order of the list of customers, for all customers, an owner and a team."""

from alembic import op

from shared.migrations import create_index

revision = "c41b7e90d5a8"
down_revision = "8a3f0c6be2d4"

_INDEXES = {
    "ix_customers_city_id": ["city", "id"],
    "ix_customers_owner_id": ["owner", "id"],
    "ix_customers_team_id": ["team", "id"],
    "ix_customers_name_id": ["name", "id"],
    "ix_customers_owner_name_id": ["owner", "name", "id"],
    "ix_customers_team_name_id": ["team", "name", "id"],
    "ix_customers_changed_at_id": ["changed_at", "id"],
    "ix_customers_owner_changed_at_id": ["owner", "changed_at", "id"],
    "ix_customers_team_changed_at_id": ["team", "changed_at", "id"],
    "ix_customers_registered_at": ["registered_at"],
}
_REPLACED = {"ix_customers_owner": ["owner"], "ix_customers_team": ["team"]}
"""Indexes that begin with the same columns as new ones."""


def upgrade() -> None:
    for name, columns in _INDEXES.items():
        create_index(name, "customers", columns)
    for name in _REPLACED:
        op.drop_index(name, "customers", if_exists=True)


def downgrade() -> None:
    for name, columns in _REPLACED.items():
        op.create_index(name, "customers", columns)
    for name in _INDEXES:
        op.drop_index(name, "customers")

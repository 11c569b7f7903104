"""The copies of customers have the ids of users and teams, as the registry has."""

import sqlalchemy as sa

from shared.migrations import change_columns
from shared.row_access import team_id_of, user_id_of

revision = "e80a6d3c7b15"
down_revision = "8416d7163108"

_CUSTOMERS = sa.table(
    "customers",
    sa.column("id", sa.Uuid()),
    sa.column("owner", sa.String()),
    sa.column("team", sa.String()),
)


def upgrade() -> None:
    change_columns(_CUSTOMERS, {"owner": user_id_of, "team": team_id_of})


def downgrade() -> None:
    """Leave the ids: the version before reads them as texts."""

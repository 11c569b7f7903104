"""The copies of customers have their owners and teams in one spelling, as the registry has."""

import sqlalchemy as sa

from shared.migrations import normalise_columns

revision = "a7e4c09b52d1"
down_revision = "542b2c48bb65"

_CUSTOMERS = sa.table(
    "customers",
    sa.column("id", sa.Uuid()),
    sa.column("owner", sa.String()),
    sa.column("team", sa.String()),
)


def upgrade() -> None:
    normalise_columns(_CUSTOMERS, ["owner", "team"])


def downgrade() -> None:
    """Leave the texts: the version before reads them, too."""

"""Keys whose team was stored in another spelling see the customers of the team.

The registry, the survey service and scoring normalise the teams of customers, too.
"""

import sqlalchemy as sa

from shared.migrations import normalise_columns

revision = "c2a95e1d7f38"
down_revision = "3c6d1e8fa275"

_API_KEYS = sa.table("api_keys", sa.column("id", sa.Uuid()), sa.column("team", sa.String()))


def upgrade() -> None:
    normalise_columns(_API_KEYS, ["team"])


def downgrade() -> None:
    """Leave the texts: the version before reads them, too."""

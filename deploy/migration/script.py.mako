"""${message[:1].upper()}${message[1:].removesuffix(".")}."""

import sqlalchemy as sa
from alembic import op
${imports or ""}

revision = "${up_revision}"
down_revision = ${f'"{down_revision}"' if down_revision else None}


def upgrade() -> None:
    ${upgrades or "pass"}


def downgrade() -> None:
    ${downgrades or "pass"}

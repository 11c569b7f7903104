"""The teams of API keys become teams, and each key for its own rows gets a user with its id.

The events about them are recorded in the outbox. Customers of an earlier release have the same ids,
because every service computes them from the same texts; the names of owners and teams without a key
are learnt from the states of customers.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from shared import clock
from shared.database import Moment
from shared.ids import new_id
from shared.migrations import backfill
from shared.row_access import team_id_of
from shared.texts import normalise

revision = "9d2b64e17f03"
down_revision = "28af462a041a"

_KEYS = sa.table(
    "api_keys",
    sa.column("id", sa.Uuid()),
    sa.column("name", sa.String()),
    sa.column("rows", sa.String()),
    sa.column("team", sa.String()),
    sa.column("user", sa.String()),
)


def _table(name: str, *more: sa.ColumnClause[Any]) -> sa.TableClause:
    """Return the table of users or of teams."""
    return sa.table(
        name,
        sa.column("id", sa.Uuid()),
        sa.column("version", sa.Integer()),
        sa.column("name", sa.String()),
        sa.column("created_at", Moment),
        sa.column("changed_at", Moment),
        *more,
    )


_TABLES = {
    "team": _table("teams"),
    "user": _table("users", sa.column("active", sa.Boolean())),
}
_OUTBOX = sa.table(
    "outbox",
    sa.column("event_id", sa.Uuid()),
    sa.column("aggregatetype", sa.String()),
    sa.column("aggregateid", sa.String()),
    sa.column("type", sa.String()),
    sa.column("payload", sa.Text()),
    sa.column("recorded_at", Moment),
)


def upgrade() -> None:
    is_limited = sa.or_(_KEYS.c.team.is_not(None), _KEYS.c.rows == "own")
    backfill(sa.select(_KEYS).where(is_limited), key=[_KEYS.c.id], change=_change)


def downgrade() -> None:
    """Leave the ids: the version before reads them as texts."""


def _change(connection: sa.Connection, keys: Sequence[sa.Row[Any]]) -> None:
    now = clock.now()
    for key in keys:
        values: dict[str, str | None] = {}
        if (team := team_id_of(key.team)) != key.team:
            values["team"] = team
            _create(connection, "team", UUID(team), normalise(key.team).strip() or key.team, now)
        if key.rows == "own" and key.user is None:
            values["user"] = str(key.id)
            _create(connection, "user", key.id, key.name, now)
        if values:
            connection.execute(sa.update(_KEYS).where(_KEYS.c.id == key.id).values(values))


def _create(
    connection: sa.Connection, kind: str, id_: UUID, name: str, recorded_at: datetime
) -> None:
    """Insert a user or team, unless it exists, and record its state."""
    table = _TABLES[kind]
    if connection.execute(sa.select(table.c.id).where(table.c.id == id_)).first():
        return
    active: dict[str, Any] = {"active": True} if kind == "user" else {}
    row = {"id": id_, "version": 1, "name": name, **active}
    moments = {"created_at": recorded_at, "changed_at": recorded_at}
    connection.execute(sa.insert(table).values(**row, **moments))
    state = {
        f"{kind}_id": str(id_),
        "version": 1,
        "recorded_at": recorded_at.isoformat(),
        "name": name,
        **active,
    }
    connection.execute(
        sa.insert(_OUTBOX).values(
            event_id=new_id(),
            aggregatetype="patron.gateway.user.state.v1",
            aggregateid=str(id_),
            type=f"patron.{kind}.state.v1",
            payload=json.dumps(state, ensure_ascii=False),
            recorded_at=recorded_at,
        )
    )

"""The owners and teams of customers are ids of users and teams; their texts become names.

Each service computes the same id from the same text, so that they agree without asking each other.
Versions and times stay, and nothing is published: consumers read old events with the same function.
Events that are still in the outbox get the ids, too. The release before sees ids where it had
texts; the worker converts what that release writes after this.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from shared.database import Json
from shared.migrations import backfill, change_columns
from shared.row_access import team_id_of, user_id_of
from shared.texts import fold, normalise

revision = "6c1e0f7a93d4"
down_revision = "b97b534472b2"

_IDS: Mapping[str, Callable[[str | None], str | None]] = {"owner": user_id_of, "team": team_id_of}
_KINDS = {"owner": "user", "team": "team"}


def _table(name: str, *columns: sa.ColumnClause[Any]) -> sa.TableClause:
    """Return a table with these columns, and those of an owner and a team."""
    return sa.table(name, *columns, *(sa.column(each, sa.String()) for each in _IDS))


_CUSTOMERS = _table("customers", sa.column("id", sa.Uuid()))
_SCORES = _table("scores", sa.column("id", sa.Uuid()))
_CHANGES = sa.table(
    "customer_changes",
    sa.column("customer_id", sa.Uuid()),
    sa.column("version", sa.Integer()),
    sa.column("changes", Json),
)
_OUTBOX = sa.table(
    "outbox",
    sa.column("id", sa.BigInteger()),
    sa.column("type", sa.String()),
    sa.column("payload", sa.Text()),
)
_TYPES = ("customer.registered", "customer.changed", "customer.state")
_ADD_NAME = sa.text(
    "INSERT INTO colleagues (id, kind, version, name, search_name, active)"
    " VALUES (:id, :kind, 0, :name, :search_name, :active) ON CONFLICT DO NOTHING"
).bindparams(active=True)


def upgrade() -> None:
    customers = sa.select(_CUSTOMERS).where(
        sa.or_(_CUSTOMERS.c.owner.is_not(None), _CUSTOMERS.c.team.is_not(None))
    )
    backfill(customers, key=[_CUSTOMERS.c.id], change=_change_customers)
    change_columns(_SCORES, _IDS)
    backfill(
        sa.select(_CHANGES),
        key=[_CHANGES.c.customer_id, _CHANGES.c.version],
        change=_change_history,
    )
    types = [f"patron.{name}.v1" for name in _TYPES]
    events = sa.select(_OUTBOX).where(_OUTBOX.c.type.in_(types), _OUTBOX.c.payload.is_not(None))
    backfill(events, key=[_OUTBOX.c.id], change=_change_events)


def downgrade() -> None:
    """Leave the ids: the version before reads them as texts."""


def _change_customers(connection: sa.Connection, customers: Sequence[sa.Row[Any]]) -> None:
    """Replace the owners and teams of customers by ids, and add their names."""
    _add_names(connection, ((name, getattr(row, name)) for row in customers for name in _IDS))
    changed = [
        {"key": row.id, **{name: id_of(getattr(row, name)) for name, id_of in _IDS.items()}}
        for row in customers
    ]
    connection.execute(sa.update(_CUSTOMERS).where(_CUSTOMERS.c.id == sa.bindparam("key")), changed)


def _add_names(connection: sa.Connection, texts: Iterable[tuple[str, str | None]]) -> None:
    """Add colleagues for texts that are no ids, given by the name of their field."""
    rows = []
    for field, text in sorted({(field, text) for field, text in texts if text}):
        if (id_ := _IDS[field](text)) != text:
            name = normalise(text).strip() or text
            names = {"name": name, "search_name": fold(name)[:200]}
            rows.append({"id": id_, "kind": _KINDS[field], **names})
    if rows:
        connection.execute(_ADD_NAME, rows)


def _change_history(connection: sa.Connection, rows: Sequence[sa.Row[Any]]) -> None:
    """Replace the owners and teams in changes of customers by ids, and add their names."""
    for row in rows:
        found = {name: each for name, each in row.changes.items() if name in _IDS}
        _add_names(connection, ((name, each[end]) for name, each in found.items() for end in each))
        ids = {
            name: {end: _IDS[name](text) for end, text in each.items()}
            for name, each in found.items()
        }
        if ids != found:
            is_row = sa.and_(
                _CHANGES.c.customer_id == row.customer_id, _CHANGES.c.version == row.version
            )
            changed = {**row.changes, **ids}
            connection.execute(sa.update(_CHANGES).where(is_row).values(changes=changed))


def _change_events(connection: sa.Connection, rows: Sequence[sa.Row[Any]]) -> None:
    """Replace the owner and the team in events of the outbox by ids."""
    for row in rows:
        event = json.loads(row.payload)
        ids = {name: _IDS[name](event.get(name)) for name in _IDS}
        if ids != {name: event.get(name) for name in _IDS}:
            payload = json.dumps(event | ids, ensure_ascii=False, separators=(",", ":"))
            connection.execute(
                sa.update(_OUTBOX).where(_OUTBOX.c.id == row.id).values(payload=payload)
            )

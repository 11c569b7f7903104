"""Rows of records that have a name, a version and the time of their last change."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared import clock
from shared.database import dialect_insert


def update_row(row: Any, changes: Mapping[str, Any]) -> bool:
    """Set columns of a row; return whether a value differs, which adds 1 to the version."""
    if all(getattr(row, name) == value for name, value in changes.items()):
        return False
    for name, value in changes.items():
        setattr(row, name, value)
    row.version, row.changed_at = row.version + 1, clock.now()
    return True


def insert_missing(
    session: Session, table: Any, names: Mapping[UUID, str], **columns: object
) -> Sequence[Any]:
    """Insert a row for each of these ids that has none; return the new rows."""
    if not names:
        return []
    now = clock.now()
    common = {"version": 1, "created_at": now, "changed_at": now, **columns}
    rows = [{"id": id_, "name": name, **common} for id_, name in sorted(names.items())]
    insert = dialect_insert(session, table.__table__).on_conflict_do_nothing()
    created = session.scalars(insert.values(rows).returning(table.__table__.c.id)).all()
    return session.scalars(select(table).where(table.id.in_(created)).order_by(table.id)).all()

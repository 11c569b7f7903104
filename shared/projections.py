"""Projections: copies of other services' records that a service stores, built from their events.

A projection is a table with the columns `id` and `version`, and a function that turns an event into
a row of this table. For each id the highest version is stored, whatever the order of the events. An
event with the stored version is written again, so that a topic can be replayed. A tombstone removes
what is stored for its key, and a state that follows it is stored whatever its version. The optional
column `changed_at` is the time at which the projection changed; a row that differs from the stored
one only in this column is not written.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, NamedTuple, TypeVar, cast
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from shared.bulk import any_of, lock_or_create
from shared.database import RowView
from shared.messaging.tombstones import Tombstone, WithdrawalReason

Event = TypeVar("Event")


class Newest(NamedTuple):
    """The rows and withdrawn ids that a batch of events asks a projection for.

    `rows` has, by id, the row with the highest version of each id. `withdrawn` are the ids of
    tombstones, with their reason: what is stored for them is removed before their row, if there is
    one, is written.
    """

    rows: dict[UUID, RowView]
    withdrawn: dict[UUID, WithdrawalReason]


def apply_events(
    session: Session,
    projection: Any,
    events: Iterable[Event | Tombstone],
    to_row: Callable[[Event], RowView],
) -> dict[UUID, RowView]:
    """Apply a batch of events to a projection, a table whose rows `to_row` makes of events.

    Returns the newest row of each id, without ids for which a higher version is stored already.
    """
    rows, withdrawn = newest(events, to_row)
    if withdrawn:
        table = projection.__table__
        session.execute(delete(table).where(any_of(session, table.c.id, withdrawn.keys())))
    return upsert_newer(session, projection, lock_rows(session, projection, rows), rows)


def newest(events: Iterable[Event | Tombstone], to_row: Callable[[Event], RowView]) -> Newest:
    """Turn a batch of events, in the order of the log, into rows and withdrawn ids."""
    found = Newest({}, {})
    for event in events:
        if isinstance(event, Tombstone):
            found.withdrawn[event.id] = event.reason
            found.rows.pop(event.id, None)
            continue
        row = to_row(event)
        before = found.rows.get(row["id"])
        if before is None or row["version"] >= before["version"]:
            found.rows[row["id"]] = row
    return found


def lock_rows(
    session: Session,
    projection: Any,
    rows: Mapping[UUID, RowView],
    *,
    other_ids: Collection[UUID] = (),
    blank_row: Callable[[UUID], RowView] = lambda id_: {"id": id_},
) -> dict[UUID, RowView]:
    """Lock the rows of the ids in `rows` and `other_ids` until the transaction ends; return them.

    A row that does not exist yet is inserted first: with the values that `rows` has for its id, or,
    for an id that is only in `other_ids`, with the values that `blank_row` returns. The result
    has the stored rows by id.
    """
    return lock_or_create(
        session,
        projection,
        rows.keys() | set(other_ids),
        select_locked=lambda session, ids: lock_existing_rows(session, projection, ids),
        new_row=lambda id_: rows.get(id_) or blank_row(id_),
    )


def lock_existing_rows(
    session: Session, projection: Any, ids: Collection[UUID]
) -> dict[UUID, RowView]:
    """Lock the rows of these ids and return them by id; ids without a row are left out.

    The rows are locked in the order of their ids, so that two transactions cannot deadlock.
    """
    table = projection.__table__
    statement = select(table).where(any_of(session, table.c.id, ids)).order_by(table.c.id)
    rows = cast("Iterable[RowView]", session.execute(statement.with_for_update()).mappings())
    return {row["id"]: row for row in rows}


def upsert_newer(
    session: Session,
    projection: Any,
    locked: Mapping[UUID, RowView],
    rows: Mapping[UUID, RowView],
) -> dict[UUID, RowView]:
    """Update the locked rows to `rows`, except where a higher version is stored.

    Returns, by id, those of `rows` whose version is not lower than the stored one, whether the
    stored row was changed or not.
    """
    current = {
        id_: row
        for id_, row in sorted(rows.items())
        if row["version"] >= (locked[id_]["version"] or 0)
    }
    changed = [row for id_, row in current.items() if _differs(row, locked[id_])]
    if changed:
        session.execute(update(projection), changed)
    return current


def _differs(row: RowView, stored: RowView) -> bool:
    """Return whether a row differs from the stored one in a column other than `changed_at`."""
    return any(value != stored[name] for name, value in row.items() if name != "changed_at")

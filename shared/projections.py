"""What a service keeps of another's noun, its mirror: of each the highest version that was told.

A mirror is a table with `id` and `version`, and a function from an event to a row of it. An equal
version is taken once more, so that a topic can be read again. `changed_at`, where there is one, is
when the mirror heard of a change: it makes no difference by itself.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from operator import itemgetter
from typing import Any, TypeVar, cast
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from shared.bulk import any_of, lock_or_create

Row = Mapping[str, Any]
Event = TypeVar("Event")


def apply_events(
    session: Session, mirror: Any, events: Iterable[Event], row: Callable[[Event], Row]
) -> dict[UUID, Row]:
    """Take over what a batch of events tells; give the rows of those not known in a later state."""
    told = newest_rows(events, row)
    return upsert_newer(session, mirror, lock_rows(session, mirror, told), told)


def newest_rows(events: Iterable[Event], row: Callable[[Event], Row]) -> dict[UUID, Row]:
    """Give the rows that a batch tells, the highest version of each."""
    return {told["id"]: told for told in sorted(map(row, events), key=itemgetter("version"))}


def lock_rows(
    session: Session,
    mirror: Any,
    told: Mapping[UUID, Row],
    *,
    others: Collection[UUID] = (),
    blank: Callable[[UUID], Row] = lambda id_: {"id": id_},
) -> dict[UUID, Row]:
    """Lock who is told of, and others, until the transaction ends; the new are put down as told.

    Of others nothing may have been told yet: such a row is blank.
    """
    return lock_or_create(
        session,
        mirror,
        told.keys() | set(others),
        locked=lambda session, ids: _locked(session, mirror, ids),
        blank=lambda id_: told.get(id_) or blank(id_),
    )


def upsert_newer(
    session: Session, mirror: Any, held: Mapping[UUID, Row], told: Mapping[UUID, Row]
) -> dict[UUID, Row]:
    """Write what is told of those who are held; give the rows that are not passed already."""
    taken = {
        id_: row
        for id_, row in sorted(told.items())
        if row["version"] >= (held[id_]["version"] or 0)
    }
    changed = [row for id_, row in taken.items() if _says_more(row, held[id_])]
    if changed:
        session.execute(update(mirror), changed)
    return taken


def _says_more(row: Row, known: Row) -> bool:
    return any(value != known[name] for name, value in row.items() if name != "changed_at")


def _locked(session: Session, mirror: Any, ids: Collection[UUID]) -> dict[UUID, Row]:
    """Lock rows in the order of their ids, so that two who lock never wait for each other."""
    table = mirror.__table__
    wanted = select(table).where(any_of(session, table.c.id, ids)).order_by(table.c.id)
    rows = cast("Iterable[Row]", session.execute(wanted.with_for_update()).mappings())
    return {row["id"]: row for row in rows}

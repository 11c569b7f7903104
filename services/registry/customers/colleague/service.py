"""Use cases of colleagues: apply the events of the gateway, and look up who a text names."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from services.registry.customers.colleague import repository
from services.registry.customers.colleague.domain import (
    KINDS,
    ColleagueKind,
    Known,
    Reference,
    reference,
    search_name,
)
from services.registry.customers.colleague.models import Colleague
from shared import projections
from shared.bulk import any_of
from shared.contracts.gateway.user import TeamState, UserState
from shared.database import Row, RowView, dialect_insert
from shared.messaging.tombstones import Tombstone
from shared.row_access import canonical_id, team_id_of, user_id_of

_ID_OF = {ColleagueKind.USER: user_id_of, ColleagueKind.TEAM: team_id_of}


def apply_user_states(session: Session, events: Iterable[UserState | Tombstone]) -> None:
    """Store the newest name of each user, and whether the user is active.

    The name of a user whose state was withdrawn is deleted; customers keep the user's id.
    """
    _apply(
        session,
        projections.newest(
            events,
            lambda event: _row(
                ColleagueKind.USER, event.user_id, event.name, event.version, active=event.active
            ),
        ),
    )


def apply_team_states(session: Session, events: Iterable[TeamState | Tombstone]) -> None:
    """Store the newest name of each team, and delete those of withdrawn states."""
    _apply(
        session,
        projections.newest(
            events,
            lambda event: _row(ColleagueKind.TEAM, event.team_id, event.name, event.version),
        ),
    )


def _apply(session: Session, newest: projections.Newest) -> None:
    """Write rows and delete withdrawn ones; ids are texts in the table of colleagues."""
    rows: dict[Any, RowView] = {
        str(id_): {**row, "id": str(id_)} for id_, row in newest.rows.items()
    }
    if withdrawn := [str(id_) for id_ in newest.withdrawn]:
        session.execute(delete(Colleague).where(any_of(session, Colleague.id, withdrawn)))
    projections.upsert_newer(
        session, Colleague, projections.lock_rows(session, Colleague, rows), rows
    )


def references(
    session: Session, texts: Collection[tuple[ColleagueKind, str]]
) -> dict[tuple[ColleagueKind, str], Reference]:
    """Return the user or team that each text is the id or the name of, by kind and text."""
    if not texts:
        return {}
    ids = {text: canonical_id(text) for _, text in texts}
    search_names = {text: search_name(text) for text, id_ in ids.items() if id_ is None}
    found: dict[str, list[Known]] = defaultdict(list)
    for each in repository.known(
        session, ids=list(filter(None, ids.values())), search_names=[*set(search_names.values())]
    ):
        found[each.id].append(each)
        found[search_name(each.name)].append(each)
    return {
        (kind, text): reference(kind, text, found[ids[text] or search_names[text]])
        for kind, text in texts
    }


def references_of_fields(session: Session, given: Mapping[str, str]) -> dict[str, Reference]:
    """Return the user or team that each of the fields owner and team has as its value."""
    texts = {name: (KINDS[name], text) for name, text in given.items()}
    found = references(session, texts.values())
    return {name: found[key] for name, key in texts.items()}


def with_references(
    session: Session, lines: Sequence[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    """Return the values of lines with a `Reference` for each text in the fields owner and team."""
    keys = [
        {name: (KINDS[name], values[name]) for name in KINDS.keys() & values} for values in lines
    ]
    found = references(session, {key for each in keys for key in each.values()})
    return [
        {**values, **{name: found[key] for name, key in each.items()}}
        for values, each in zip(lines, keys, strict=True)
    ]


def create_names(session: Session, texts: Mapping[str, str | None]) -> None:
    """Store the texts that are no ids as names of version 0, unless their ids are known already.

    `texts` has the owner and the team of a customer, as an older release of Patron stored them.
    """
    rows = [
        _row(KINDS[field], id_, text)
        for field, text in texts.items()
        if text and (id_ := str(_ID_OF[KINDS[field]](text))) != text
    ]
    if rows:
        insert = dialect_insert(session, Colleague.__table__)
        session.execute(insert.on_conflict_do_nothing(), rows)


def names_of(session: Session, customers: Iterable[Any]) -> dict[str, str]:
    """Return, by id, the known names of the owners and teams of these rows of customers."""
    ids = {id_ for row in customers for id_ in (row.owner, row.team) if id_}
    return repository.names(session, ids) if ids else {}


def names_in_history(session: Session, changes: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return, by id, the known names of the owners and teams before and after changes."""
    found = (each[name] for each in changes for name in KINDS.keys() & each)
    ids = {id_ for change in found for id_ in change.values() if id_}
    return repository.names(session, ids) if ids else {}


def _row(
    kind: ColleagueKind, id_: UUID | str, name: str, version: int = 0, *, active: bool = True
) -> Row:
    """Return the row of a user or team."""
    return {
        "id": id_,
        "kind": kind,
        "version": version,
        "name": name,
        "search_name": search_name(name),
        "active": active,
    }

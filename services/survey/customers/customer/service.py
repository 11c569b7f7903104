"""Use cases of the local copies: follow the registry, and find whom an answer names.

An answer may name a customer of whom nothing has been heard yet, and the two may arrive at the same
moment in two transactions. So an unknown name is a row of its own that both of them write: whoever
comes second waits for it and sees what the first has done.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from services.survey.customers.customer import repository
from services.survey.customers.customer.models import Customer, CustomerIdentity
from services.survey.customers.customer.repository import Pair
from shared import projections
from shared.contracts.registry.customer import CustomerState
from shared.database import dialect_insert

_KEY = ["system", "external_id"]


def follow_customers(session: Session, events: Sequence[CustomerState]) -> dict[Pair, UUID]:
    """Follow what the registry tells; give the external ids of those who changed."""
    taken = projections.apply_events(session, Customer, events, _row)
    versions = {customer_id: row["version"] for customer_id, row in taken.items()}
    fresh = [event for event in events if versions.get(event.customer_id) == event.version]
    return _follow_identities(session, fresh)


def find_or_await(session: Session, pairs: Iterable[Pair]) -> dict[Pair, UUID]:
    """Find the customers that these pairs mean; note the unknown ones, to be found later."""
    wanted = sorted(set(pairs))
    found = repository.ids_by_pair(session, wanted)
    unknown = [pair for pair in wanted if found.get(pair) is None]
    if unknown:
        found |= _await(session, unknown)
    return {pair: customer_id for pair, customer_id in found.items() if customer_id}


def _await(session: Session, pairs: Sequence[Pair]) -> dict[Pair, UUID | None]:
    """Note pairs that are known by name only and hold their rows, in the order of their keys."""
    table = CustomerIdentity.__table__
    statement = dialect_insert(session, table)
    held = statement.on_conflict_do_update(
        index_elements=_KEY, set_={"system": statement.excluded.system}
    ).returning(table.c.system, table.c.external_id, table.c.customer_id)
    rows = [{"system": system, "external_id": id_} for system, id_ in pairs]
    return {(system, id_): customer_id for system, id_, customer_id in session.execute(held, rows)}


def _row(event: CustomerState) -> dict[str, Any]:
    return {
        "id": event.customer_id,
        "version": event.version,
        "owner": event.owner,
        "team": event.team,
    }


def _follow_identities(session: Session, events: Sequence[CustomerState]) -> dict[Pair, UUID]:
    """Have each pair mean the customer that stated it last."""
    stated: dict[Pair, CustomerState] = {}
    for event in sorted(events, key=lambda e: (e.recorded_at, e.customer_id)):
        stated |= {(pair.system, pair.id): event for pair in event.external_ids}
    _forget_dropped(session, events)
    rows = [
        {
            "system": system,
            "external_id": external_id,
            "customer_id": event.customer_id,
            "stated_at": event.recorded_at,
        }
        for (system, external_id), event in sorted(stated.items(), key=lambda each: each[0])
    ]
    if rows:
        _upsert_identities(session, rows)
    found = repository.ids_by_pair(session, stated)
    return {pair: customer_id for pair, customer_id in found.items() if customer_id}


def _forget_dropped(session: Session, events: Sequence[CustomerState]) -> None:
    """Remove what these customers were called; the names they keep are stated again."""
    mine = CustomerIdentity.customer_id.in_([event.customer_id for event in events])
    if events:
        session.execute(delete(CustomerIdentity).where(mine))


def _upsert_identities(session: Session, rows: list[dict[str, Any]]) -> None:
    statement = dialect_insert(session, CustomerIdentity.__table__)
    new, kept = statement.excluded, CustomerIdentity.stated_at
    changes = {"customer_id": new.customer_id, "stated_at": new.stated_at}
    older = kept.is_(None) | (kept < new.stated_at)
    upsert = statement.on_conflict_do_update(index_elements=_KEY, set_=changes, where=older)
    session.execute(upsert, rows)

"""Use cases of the customer projection: apply customer events, look customers up by external key.

A response may name a customer whose event has not arrived yet, and both may be processed at the
same moment in two transactions. Therefore an external key that is not stored yet is stored without
a customer, and both transactions write that row: the second one waits for the first and then sees
what it has written.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from services.survey.customers.customer import repository
from services.survey.customers.customer.domain import ExternalKey
from services.survey.customers.customer.models import Customer, CustomerIdentity
from shared import projections
from shared.contracts.registry.customer import CustomerState
from shared.database import Row, dialect_insert

_PRIMARY_KEY = ["system", "external_id"]


def apply_customer_states(
    session: Session, events: Sequence[CustomerState]
) -> dict[ExternalKey, UUID]:
    """Store the newest version of each customer; return their external keys with the customer ids.

    Events with a version lower than the stored one are ignored.
    """
    applied = projections.apply_events(session, Customer, events, _customer_row)
    versions = {customer_id: row["version"] for customer_id, row in applied.items()}
    newest = [event for event in events if versions.get(event.customer_id) == event.version]
    return _replace_identities(session, newest)


def resolve_customers(session: Session, keys: Iterable[ExternalKey]) -> dict[ExternalKey, UUID]:
    """Return the customer ids of these external keys; keys of unknown customers are left out.

    Those are stored without a customer and locked, so that the customer's event finds them.
    """
    wanted = sorted(set(keys))
    found = repository.customer_ids_by_key(session, wanted)
    unknown = [key for key in wanted if found.get(key) is None]
    if unknown:
        found |= _lock_unknown(session, unknown)
    return {key: customer_id for key, customer_id in found.items() if customer_id}


def _lock_unknown(session: Session, keys: Sequence[ExternalKey]) -> dict[ExternalKey, UUID | None]:
    """Insert missing rows and lock the rows of all these keys, in the order in which they come.

    The update changes nothing: its purpose is the lock, and to return the customer that another
    transaction may have stored meanwhile.
    """
    table = CustomerIdentity.__table__
    insert = dialect_insert(session, table)
    statement = insert.on_conflict_do_update(
        index_elements=_PRIMARY_KEY, set_={"system": insert.excluded.system}
    ).returning(table.c.system, table.c.external_id, table.c.customer_id)
    rows = [{"system": system, "external_id": external_id} for system, external_id in keys]
    locked = session.execute(statement, rows)
    return {(system, external_id): customer_id for system, external_id, customer_id in locked}


def _customer_row(event: CustomerState) -> Row:
    return {
        "id": event.customer_id,
        "version": event.version,
        "owner": event.owner,
        "team": event.team,
    }


def _replace_identities(
    session: Session, events: Sequence[CustomerState]
) -> dict[ExternalKey, UUID]:
    """Store for each external key the customer whose event stated it last; return their ids."""
    stated: dict[ExternalKey, CustomerState] = {}
    for event in sorted(events, key=lambda e: (e.recorded_at, e.customer_id)):
        stated |= {(each.system, each.id): event for each in event.external_ids}
    _delete_identities(session, events)
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
    found = repository.customer_ids_by_key(session, stated)
    return {key: customer_id for key, customer_id in found.items() if customer_id}


def _delete_identities(session: Session, events: Sequence[CustomerState]) -> None:
    """Delete all external keys of these customers; those that still hold are inserted again."""
    if events:
        customer_ids = [event.customer_id for event in events]
        session.execute(
            delete(CustomerIdentity).where(CustomerIdentity.customer_id.in_(customer_ids))
        )


def _upsert_identities(session: Session, rows: list[Row]) -> None:
    """Insert these identities; a key that another customer has stated later stays as it is."""
    insert = dialect_insert(session, CustomerIdentity.__table__)
    new, stated_at = insert.excluded, CustomerIdentity.stated_at
    statement = insert.on_conflict_do_update(
        index_elements=_PRIMARY_KEY,
        set_={"customer_id": new.customer_id, "stated_at": new.stated_at},
        where=stated_at.is_(None) | (stated_at < new.stated_at),
    )
    session.execute(statement, rows)

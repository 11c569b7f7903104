"""Use cases of the customer projection: apply customer events, look customers up by external key.

A response may identify its customer by an external key before the customer's event has arrived, and
two transactions may process the response and the event at the same moment. Therefore the
transaction of the response inserts an unknown external key without a customer. The transaction of
the response and the transaction of the event write the same row, so the second one waits until the
first has committed and then sees its data.
"""

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from services.survey.customers.customer import repository
from services.survey.customers.customer.domain import ExternalKey
from services.survey.customers.customer.models import Customer, CustomerIdentity
from shared import projections
from shared.bulk import any_of
from shared.contracts.registry.customer import CustomerState
from shared.database import Row, dialect_insert
from shared.messaging.tombstones import Tombstone
from shared.row_access import team_id_of, user_id_of

_PRIMARY_KEY = ["system", "external_id"]


def apply_customer_states(
    session: Session, events: Sequence[CustomerState | Tombstone]
) -> dict[ExternalKey, UUID]:
    """Store the newest version of each customer; return the customer id by external key.

    An event is ignored if a higher version of its customer is stored already. A tombstone removes
    the customer and its external keys.
    """
    applied = projections.apply_events(session, Customer, events, _customer_row)
    states = [event for event in events if isinstance(event, CustomerState)]
    _delete_identities(session, {e.id for e in events if isinstance(e, Tombstone)})
    versions = {customer_id: row["version"] for customer_id, row in applied.items()}
    newest = [event for event in states if versions.get(event.customer_id) == event.version]
    return _replace_identities(session, newest)


def resolve_customers(session: Session, keys: Iterable[ExternalKey]) -> dict[ExternalKey, UUID]:
    """Return the customer id by external key; keys of unknown customers are left out.

    A key of an unknown customer is stored without a customer and its row is locked, so that a
    transaction that handles the customer's event at the same time waits for this one.
    """
    unique_keys = sorted(set(keys))
    customer_ids = repository.customer_ids_by_key(session, unique_keys)
    unknown_keys = [key for key in unique_keys if customer_ids.get(key) is None]
    if unknown_keys:
        customer_ids |= _insert_and_lock(session, unknown_keys)
    return {key: customer_id for key, customer_id in customer_ids.items() if customer_id}


def _insert_and_lock(
    session: Session, keys: Sequence[ExternalKey]
) -> dict[ExternalKey, UUID | None]:
    """Insert the external keys that are not stored, and lock the rows of all these keys.

    Returns the customer id by key, None for an unknown customer. If a key is stored, the ON
    CONFLICT clause sets its system to the same value: this locks the row, and RETURNING then sees
    the customer that another transaction may have stored meanwhile. The rows are locked in the
    order of `keys`.
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
    """Return the row of the table `customers` for an event, which may be of an earlier release."""
    return {
        "id": event.customer_id,
        "version": event.version,
        "owner": user_id_of(event.owner),
        "team": team_id_of(event.team),
    }


def _replace_identities(
    session: Session, events: Sequence[CustomerState]
) -> dict[ExternalKey, UUID]:
    """Replace the stored external keys of these customers by the external keys in the events.

    Returns the customer id by external key. If the events of several customers state the same
    external key, the key belongs to the customer whose event was recorded last.
    """
    latest_events: dict[ExternalKey, CustomerState] = {}
    for event in sorted(events, key=lambda e: (e.recorded_at, e.customer_id)):
        latest_events |= {
            (external_id.system, external_id.id): event for external_id in event.external_ids
        }
    _delete_identities(session, {event.customer_id for event in events})
    rows = [
        {
            "system": system,
            "external_id": external_id,
            "customer_id": event.customer_id,
            "stated_at": event.recorded_at,
        }
        for (system, external_id), event in sorted(latest_events.items(), key=lambda pair: pair[0])
    ]
    if rows:
        _upsert_identities(session, rows)
    customer_ids = repository.customer_ids_by_key(session, latest_events)
    return {key: customer_id for key, customer_id in customer_ids.items() if customer_id}


def _delete_identities(session: Session, customer_ids: Collection[UUID]) -> None:
    """Delete all stored external keys of these customers."""
    if customer_ids:
        of_customers = any_of(session, CustomerIdentity.customer_id, customer_ids)
        session.execute(delete(CustomerIdentity).where(of_customers))


def _upsert_identities(session: Session, rows: list[Row]) -> None:
    """Insert or update these rows of `customer_identities`.

    A stored row stays as it is if a later event of another customer has stated the external key.
    """
    insert = dialect_insert(session, CustomerIdentity.__table__)
    new_row, stored_stated_at = insert.excluded, CustomerIdentity.stated_at
    statement = insert.on_conflict_do_update(
        index_elements=_PRIMARY_KEY,
        set_={"customer_id": new_row.customer_id, "stated_at": new_row.stated_at},
        where=stored_stated_at.is_(None) | (stored_stated_at < new_row.stated_at),
    )
    session.execute(statement, rows)

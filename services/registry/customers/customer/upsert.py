"""Writing customers: new ones, and new records of existing ones, with their rows and events."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from services.registry.customers.customer import domain, events, repository
from services.registry.customers.customer.domain import ExternalId, Record
from services.registry.customers.customer.models import (
    Customer,
    CustomerChange,
    CustomerIdentity,
    CustomerTag,
    CustomerToken,
)
from services.registry.customers.customer.problems import ExternalIdTaken
from services.registry.customers.score import service as scores
from shared import clock
from shared.bulk import insert_rows
from shared.contracts.registry.customer import (
    CustomerKind,
    CustomerNature,
    Ownership,
    RetailFormat,
)
from shared.database import Row
from shared.errors import Fault
from shared.faults import TAKEN
from shared.ids import new_id
from shared.messaging import outbox


def insert_customers(session: Session, records: Sequence[Record], *, by: str) -> list[Customer]:
    """Insert new customers with their external ids, tokens and history, and record their events."""
    now = clock.now()
    first_version = {"version": 1, "registered_at": now, "changed_at": now}
    rows = [{"id": new_id(), **first_version, **_columns(record)} for record in records]
    insert_rows(session, Customer, rows)
    customers = [Customer(**row) for row in rows]
    pairs = list(zip(customers, records, strict=True))
    for table, rows_of in _SEARCH_TABLES.items():
        insert_rows(session, table, [row for pair in pairs for row in rows_of(*pair)])
    scores.create_scores(session, map(owner_row, customers))
    insert_rows(
        session, CustomerChange, [_change_row(customer, by, None, {}) for customer in customers]
    )
    outbox.record_all(
        session,
        (
            event
            for customer in customers
            for event in (events.registered(customer), events.state(customer))
        ),
    )
    return customers


def replace_record(
    session: Session,
    customer: Customer,
    record: Record,
    given_ids: Sequence[ExternalId] = (),
    *,
    by: str,
    reason: str | None = None,
) -> bool:
    """Replace the record of a locked customer; return whether it differs.

    `given_ids` are the external ids in the body of the request.
    """
    changes = domain.differences(record_of(customer), record)
    if not changes:
        return False
    check_external_ids(session, customer.id, given_ids)
    for name, value in _columns(record).items():
        setattr(customer, name, value)
    customer.version, customer.changed_at = customer.version + 1, clock.now()
    session.flush()
    _replace_search_rows(session, customer, record)
    if changes.keys() & {"owner", "team"}:
        scores.copy_owners(session, [owner_row(customer)])
    insert_rows(session, CustomerChange, [_change_row(customer, by, reason, changes)])
    outbox.record(session, events.changed(customer), events.state(customer))
    return True


def record_of(customer: Customer) -> Record:
    """Return the fields of a customer's row as a `Record` of the domain."""
    return Record(
        external_ids=tuple(ExternalId(**pair) for pair in customer.external_ids),
        name=customer.name,
        name_en=customer.name_en,
        kind=CustomerKind(customer.kind),
        nature=CustomerNature(customer.nature),
        ownership=Ownership(customer.ownership) if customer.ownership else None,
        retail_format=_retail_format(customer.retail_format),
        email=customer.email,
        phone=customer.phone,
        phone_e164=customer.phone_e164,
        city=customer.city,
        country=customer.country,
        owner=customer.owner,
        team=customer.team,
        internal=customer.internal,
        disqualified=customer.disqualified,
        tags=tuple(customer.tags),
    )


def _retail_format(code: str | None) -> RetailFormat | None:
    """Return the retail format with this code; None if a customer has none."""
    return RetailFormat(code) if code else None


def check_external_ids(
    session: Session, customer_id: UUID | None, given_ids: Sequence[ExternalId]
) -> None:
    """Raise Conflict, with the position of each, if given ids belong to a different customer.

    `given_ids` are the external ids in the body of a request. `customer_id` is None for a customer
    that is not registered yet.
    """
    pairs = [(external_id.system, external_id.id) for external_id in given_ids]
    owners = repository.ids_by_external_id(session, pairs) if pairs else {}
    advice = "Another customer has this external id."
    taken = [
        Fault(f"/external_ids/{index}", TAKEN, advice)
        for index, pair in enumerate(pairs)
        if owners.get(pair, customer_id) != customer_id
    ]
    if taken:
        raise ExternalIdTaken(*taken)


def _columns(record: Record) -> Row:
    """Return the values that a record has in the columns of the table of customers."""
    return asdict(record) | {
        "external_ids": [asdict(external_id) for external_id in record.external_ids],
        "tags": list(record.tags),
    }


def _replace_search_rows(session: Session, customer: Customer, record: Record) -> None:
    """Delete the external ids, search tokens and tags of a customer; insert those of its record."""
    for table, rows_of in _SEARCH_TABLES.items():
        session.execute(delete(table).where(table.customer_id == customer.id))
        insert_rows(session, table, rows_of(customer, record))


def _identity_rows(customer: Customer, record: Record) -> list[Row]:
    """Return a `CustomerIdentity` row for each external id of a record."""
    return [
        {"system": external_id.system, "external_id": external_id.id, "customer_id": customer.id}
        for external_id in record.external_ids
    ]


def _token_rows(customer: Customer, record: Record) -> list[Row]:
    """Return a `CustomerToken` row for each search token of a record."""
    return [{"token": token, "customer_id": customer.id} for token in domain.tokens(record)]


def owner_row(customer: Customer) -> Row:
    """Return the columns that the row of a customer's score copies from the customer."""
    return {"id": customer.id, "owner": customer.owner, "team": customer.team}


def _tag_rows(customer: Customer, record: Record) -> list[Row]:
    """Return a `CustomerTag` row for each tag of a record."""
    return [{"tag": tag, "customer_id": customer.id} for tag in dict.fromkeys(record.tags)]


_SEARCH_TABLES: dict[type[Any], Callable[[Customer, Record], list[Row]]] = {
    CustomerIdentity: _identity_rows,
    CustomerToken: _token_rows,
    CustomerTag: _tag_rows,
}
"""The tables by which customers are found, and functions that return a customer's rows in them."""


def _change_row(customer: Customer, by: str, reason: str | None, changes: Row) -> Row:
    """Return the `CustomerChange` row about the latest version of a customer."""
    return {
        "customer_id": customer.id,
        "version": customer.version,
        "changed_at": customer.changed_at,
        "changed_by": by,
        "reason": reason,
        "changes": changes,
    }

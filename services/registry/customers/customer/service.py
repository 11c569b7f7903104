"""Use cases of customers: register, change and upsert them. The callers commit."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
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
from shared.database import Row
from shared.errors import Fault, Invalid, check_version, found_or_404
from shared.faults import TAKEN, TOO_LONG
from shared.ids import new_id
from shared.messaging import outbox
from shared.row_access import SYSTEM_READER, Reader
from shared.upsert import UpsertResult

UNKNOWN = "No customer that you may see has this id."


def register_customer(
    session: Session, *, record: Record, by: str, reader: Reader, faults: Sequence[Fault] = ()
) -> Customer:
    """Register a customer; raise Conflict if an external id belongs to another customer.

    `faults` of the request are raised together with those of the record.
    """
    record = domain.with_owner_or_team_of(reader, record)
    _check_record(record, reader, faults)
    _check_external_ids(session, None, record.external_ids)
    (customer,) = _insert(session, [record], by=by)
    return customer


def _insert(session: Session, records: Sequence[Record], *, by: str) -> list[Customer]:
    """Insert new customers with their external ids, tokens and history, and record their events."""
    now = clock.now()
    first_version = {"version": 1, "registered_at": now, "changed_at": now}
    rows = [{"id": new_id(), **first_version, **_columns(record)} for record in records]
    insert_rows(session, Customer, rows)
    customers = [Customer(**row) for row in rows]
    pairs = list(zip(customers, records, strict=True))
    for table, rows_of in _SEARCH_TABLES.items():
        insert_rows(session, table, [row for pair in pairs for row in rows_of(*pair)])
    scores.create_scores(session, map(_owner_row, customers))
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


def change_customer(
    session: Session,
    *,
    customer: Customer,
    record: Record,
    by: str,
    reader: Reader,
    reason: str | None = None,
    faults: Sequence[Fault] = (),
) -> bool:
    """Replace the record of a customer that the caller has locked; return whether it differs.

    `faults` of the request are raised together with those of the record.
    """
    _check_record(record, reader, faults)
    before = record_of(customer)
    changes = domain.differences(before, record)
    if not changes:
        return False
    _check_external_ids(session, customer.id, record.external_ids)
    for name, value in _columns(record).items():
        setattr(customer, name, value)
    customer.version, customer.changed_at = customer.version + 1, clock.now()
    session.flush()
    _replace_search_rows(session, customer, record)
    if changes.keys() & {"owner", "team"}:
        scores.copy_owners(session, [_owner_row(customer)])
    insert_rows(session, CustomerChange, [_change_row(customer, by, reason, changes)])
    outbox.record(session, events.changed(customer), events.state(customer))
    return True


def customer_of(session: Session, reader: Reader, customer_id: UUID) -> Customer:
    """Return a customer; raise NotFound if no such customer is visible to the reader."""
    return found_or_404(repository.customer(session, reader, customer_id), UNKNOWN)


def customer_for_change(session: Session, reader: Reader, customer_id: UUID) -> Customer:
    """Lock and return a customer; raise NotFound if no such customer is visible to the reader."""
    return found_or_404(repository.customer_for_change(session, reader, customer_id), UNKNOWN)


def customer_to_change(
    session: Session, *, reader: Reader, customer_id: UUID, expected_version: int
) -> Customer:
    """Lock and return a customer whose version is the expected one.

    Raise NotFound if no such customer is visible to the reader, and PreconditionFailed if the
    customer has another version.
    """
    customer = customer_for_change(session, reader, customer_id)
    check_version(customer.version, expected_version)
    return customer


def upsert_customer(
    session: Session,
    *,
    external_id: ExternalId,
    record: Record,
    by: str,
    reader: Reader,
    faults: Sequence[Fault] = (),
) -> tuple[Customer, UpsertResult]:
    """Register the customer with an external id, or replace the record of an existing one.

    An existing customer keeps the external ids that are missing from the new record. An owner or
    team that is missing from the record becomes that of the reader, the caller who is limited to
    their own or their team's customers. `faults` of the request are raised together with those of
    the record.
    """
    pair = (external_id.system, external_id.id)
    customer_id = repository.ids_by_external_id(session, [pair]).get(pair)
    if customer_id is None:
        new = replace(record, external_ids=_merged(record.external_ids, [external_id]))
        created = register_customer(session, record=new, by=by, reader=reader, faults=faults)
        return created, UpsertResult.CREATED
    customer = found_or_404(
        repository.customer_for_change(session, reader, customer_id),
        "No customer that you may see has this external id.",
    )
    merged = _merged(record_of(customer).external_ids, [external_id, *record.external_ids])
    record = replace(domain.with_owner_or_team_of(reader, record), external_ids=merged)
    is_changed = change_customer(
        session, customer=customer, record=record, by=by, reader=reader, faults=faults
    )
    return customer, UpsertResult.UPDATED if is_changed else UpsertResult.UNCHANGED


def _merged(first: Sequence[ExternalId], second: Sequence[ExternalId]) -> tuple[ExternalId, ...]:
    """Return a customer's stored and given external ids; raise Invalid if these are too many."""
    merged = domain.merge_external_ids(first, second)
    if len(merged) > domain.MAX_EXTERNAL_IDS:
        advice = "Give at most {max} external ids, including the id in the path and the stored ids."
        raise Invalid(Fault("/external_ids", TOO_LONG, advice, max=domain.MAX_EXTERNAL_IDS))
    return merged


def customer_ids_by_external_id(
    session: Session, *, system: str, external_ids: Collection[str], create: bool, by: str
) -> dict[str, UUID]:
    """Return the ids of customers by their external ids in one system.

    Unknown external ids are left out, or, if `create` is true, registered as new customers.
    """
    pairs = [(system, external_id) for external_id in sorted(external_ids)]
    known = repository.ids_by_external_id(session, pairs) if pairs else {}
    found = {external_id: customer_id for (_, external_id), customer_id in known.items()}
    if create:
        new = [ExternalId(*pair) for pair in pairs if pair not in known]
        found |= _register_unknown(session, new, by=by)
    return found


def _register_unknown(
    session: Session, external_ids: Sequence[ExternalId], *, by: str
) -> dict[str, UUID]:
    """Register customers of whom only an external id is known; it also becomes their name."""
    records = [
        Record(external_ids=(external_id,), name=external_id.id) for external_id in external_ids
    ]
    customers = _insert(session, records, by=by)
    return {
        external_id.id: customer.id
        for external_id, customer in zip(external_ids, customers, strict=True)
    }


def records_for_change(
    session: Session, external_ids: Collection[ExternalId]
) -> dict[ExternalId, Record]:
    """Lock customers and return their records by external id; unknown external ids are left out."""
    customers = _lock_by_external_id(session, external_ids)
    return {external_id: record_of(customer) for external_id, customer in customers.items()}


def upsert_customers(session: Session, *, records: Mapping[ExternalId, Record], by: str) -> None:
    """Register or change many customers; `records` has one external id of each as its key.

    Existing customers keep all their external ids; a new customer has only that key. The existing
    ones are changed in the order of their ids, so that their scores are locked in this order too.
    """
    existing = _lock_by_external_id(session, records)
    new = [
        replace(record, external_ids=(external_id,))
        for external_id, record in records.items()
        if external_id not in existing
    ]
    _insert(session, new, by=by)
    for external_id, customer in sorted(existing.items(), key=lambda pair: pair[1].id):
        external_ids = record_of(customer).external_ids
        record = replace(records[external_id], external_ids=external_ids)
        change_customer(session, customer=customer, record=record, by=by, reader=SYSTEM_READER)


def _lock_by_external_id(
    session: Session, external_ids: Iterable[ExternalId]
) -> dict[ExternalId, Customer]:
    """Lock customers and return them by external id; unknown external ids are left out."""
    pairs = [(external_id.system, external_id.id) for external_id in external_ids]
    ids = repository.ids_by_external_id(session, pairs) if pairs else {}
    customers = repository.customers_for_change(session, list(ids.values()))
    return {ExternalId(*pair): customers[customer_id] for pair, customer_id in ids.items()}


def complete_scores(session: Session, customer_ids: Collection[UUID]) -> int:
    """Correct the rows of scores of those of these customers whose rows are wrong; count them.

    A row is missing, or has another owner or team than the customer, if an older release of Patron
    registered or changed the customer.
    """
    wrong_ids = repository.ids_with_wrong_scores(session, customer_ids)
    if wrong_ids:
        customers = repository.customers_for_change(session, wrong_ids)
        scores.copy_owners(session, [_owner_row(customer) for customer in customers.values()])
    return len(wrong_ids)


def record_of(customer: Customer) -> Record:
    """Return the fields of a customer's row as a `Record` of the domain."""
    return Record(
        external_ids=tuple(ExternalId(**pair) for pair in customer.external_ids),
        name=customer.name,
        name_en=customer.name_en,
        kind=domain.CustomerKind(customer.kind),
        nature=domain.CustomerNature(customer.nature),
        ownership=domain.Ownership(customer.ownership) if customer.ownership else None,
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


def _retail_format(code: str | None) -> domain.RetailFormat | None:
    """Return the retail format with this code; None if a customer has none."""
    return domain.RetailFormat(code) if code else None


def _columns(record: Record) -> Row:
    """Return the values that a record has in the columns of the table of customers."""
    return asdict(record) | {
        "external_ids": [asdict(external_id) for external_id in record.external_ids],
        "tags": list(record.tags),
    }


def refuse(record: Record, reader: Reader, faults: Sequence[Fault]) -> None:
    """Raise Invalid with the faults of a request and those of the new record that it describes."""
    _check_record(domain.with_owner_or_team_of(reader, record), reader, faults)


def _check_record(record: Record, reader: Reader, faults: Sequence[Fault]) -> None:
    """Raise Invalid if a record contradicts itself, or would be invisible to the reader.

    The faults of the request are raised too; their fields contradict nothing and hide nothing.
    """
    unknown = {fault.pointer.split("/")[1] for fault in faults}
    found = domain.contradictions(record, unknown) + domain.invisible_fields(record, reader)
    of_record = [one.at(f"/{one.pointer}") for one in found if one.pointer not in unknown]
    if faults or of_record:
        raise Invalid(*faults, *of_record)


def _check_external_ids(
    session: Session, customer_id: UUID | None, external_ids: Sequence[ExternalId]
) -> None:
    """Raise Conflict if an external id belongs to a different customer.

    `customer_id` is None for a customer that is not registered yet.
    """
    pairs = [(external_id.system, external_id.id) for external_id in external_ids]
    owners = repository.ids_by_external_id(session, pairs) if pairs else {}
    for index, pair in enumerate(pairs):
        if owners.get(pair, customer_id) != customer_id:
            advice = "Another customer has this external id."
            raise ExternalIdTaken(Fault(f"/external_ids/{index}", TAKEN, advice))


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


def _owner_row(customer: Customer) -> Row:
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

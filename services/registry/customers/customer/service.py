"""Use cases of customers: register, change, upsert one or many. Their callers commit."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from services.registry.customers.customer import domain, events, repository
from services.registry.customers.customer.domain import ExternalId, Record
from services.registry.customers.customer.models import (
    Customer,
    CustomerChange,
    CustomerIdentity,
    CustomerToken,
)
from shared import clock
from shared.bulk import insert_rows
from shared.database import Row
from shared.errors import Conflict, Fault, Invalid, PreconditionFailed, found_or_404
from shared.ids import new_id
from shared.messaging import outbox
from shared.row_access import SYSTEM_READER, Reader
from shared.upsert import UpsertResult

UNKNOWN = "No customer that you may see has this id."


def register_customer(session: Session, *, record: Record, by: str, reader: Reader) -> Customer:
    """Register a new customer; Conflict if an external id belongs to another one."""
    record = domain.with_reader_defaults(record, reader)
    _check(record, reader)
    _check_external_ids(session, None, record.external_ids)
    (customer,) = _insert(session, [record], by=by)
    return customer


def _insert(session: Session, records: Sequence[Record], *, by: str) -> list[Customer]:
    now = clock.now()
    stamps = {"version": 1, "registered_at": now, "changed_at": now}
    rows = [{"id": new_id(), **stamps, **_columns(record)} for record in records]
    insert_rows(session, Customer, rows)
    customers = [Customer(**row) for row in rows]
    pairs = list(zip(customers, records, strict=True))
    insert_rows(session, CustomerIdentity, [row for pair in pairs for row in _identity_rows(*pair)])
    insert_rows(session, CustomerToken, [row for pair in pairs for row in _token_rows(*pair)])
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
) -> bool:
    """Replace the record of a customer that the caller has locked; return whether it changed."""
    _check(record, reader)
    before = record_of(customer)
    changes = domain.differences(before, record)
    if not changes:
        return False
    _check_external_ids(session, customer.id, record.external_ids)
    for name, value in _columns(record).items():
        setattr(customer, name, value)
    customer.version, customer.changed_at = customer.version + 1, clock.now()
    session.flush()
    _replace_identities_and_tokens(session, customer, record)
    insert_rows(session, CustomerChange, [_change_row(customer, by, reason, changes)])
    outbox.record(session, events.changed(customer), events.state(customer))
    return True


def customer_of(session: Session, reader: Reader, customer_id: UUID) -> Customer:
    """Return a customer; NotFound if the reader sees none with this id."""
    return found_or_404(repository.customer(session, reader, customer_id), UNKNOWN)


def customer_for_change(session: Session, reader: Reader, customer_id: UUID) -> Customer:
    """Lock and return a customer; NotFound if the reader sees none with this id."""
    return found_or_404(repository.customer_for_change(session, reader, customer_id), UNKNOWN)


def customer_to_change(
    session: Session, *, reader: Reader, customer_id: UUID, expected_version: int
) -> Customer:
    """Lock and return a customer of the expected version.

    NotFound if the reader sees none with this id; PreconditionFailed if it has another version.
    """
    customer = customer_for_change(session, reader, customer_id)
    if customer.version != expected_version:
        raise PreconditionFailed
    return customer


def upsert_customer(
    session: Session, *, external_id: ExternalId, record: Record, by: str, reader: Reader
) -> tuple[Customer, UpsertResult]:
    """Register the customer with an external id, or replace the record of an existing one.

    An existing customer keeps external ids that the record lacks.
    """
    pair = (external_id.system, external_id.id)
    customer_id = repository.ids_by_external_id(session, [pair]).get(pair)
    if customer_id is None:
        named = replace(record, external_ids=_merged(record.external_ids, [external_id]))
        return register_customer(session, record=named, by=by, reader=reader), UpsertResult.CREATED
    customer = found_or_404(
        repository.customer_for_change(session, reader, customer_id),
        "No customer that you may see has this external id.",
    )
    merged = _merged(record_of(customer).external_ids, [external_id, *record.external_ids])
    whole = replace(domain.with_reader_defaults(record, reader), external_ids=merged)
    changed = change_customer(session, customer=customer, record=whole, by=by, reader=reader)
    return customer, UpsertResult.UPDATED if changed else UpsertResult.UNCHANGED


def _merged(first: Sequence[ExternalId], second: Sequence[ExternalId]) -> tuple[ExternalId, ...]:
    """Return all of these external ids; Invalid if they are more than a customer may have."""
    merged = domain.merge_external_ids(first, second)
    if len(merged) > domain.MAX_EXTERNAL_IDS:
        most = f"Give at most {domain.MAX_EXTERNAL_IDS} external ids"
        message = f"{most}; that of the path and those on record count."
        raise Invalid(Fault("/external_ids", "too_long", message))
    return merged


def customer_ids_by_external_id(
    session: Session, *, system: str, external_ids: Collection[str], create: bool, by: str
) -> dict[str, UUID]:
    """Return the customers with these ids of a system, by these ids.

    Unknown ids are left out; with `create` their customers are registered.
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
    """Register customers of whom only an external id is known, under that id as their name."""
    records = [
        Record(
            external_ids=(external_id,),
            name=external_id.id,
            kind=domain.Kind.UNKNOWN,
            nature=domain.Nature.UNKNOWN,
        )
        for external_id in external_ids
    ]
    customers = _insert(session, records, by=by)
    return {
        external_id.id: customer.id
        for external_id, customer in zip(external_ids, customers, strict=True)
    }


def records_for_change(
    session: Session, external_ids: Collection[ExternalId]
) -> dict[ExternalId, Record]:
    """Lock the customers with these external ids and return their records; others are left out."""
    customers = _lock_by_external_id(session, external_ids)
    return {external_id: record_of(customer) for external_id, customer in customers.items()}


def upsert_customers(session: Session, *, records: Mapping[ExternalId, Record], by: str) -> None:
    """Register or change many customers, each named by one external id.

    Existing customers keep their external ids; new ones have the id that names them.
    """
    existing = _lock_by_external_id(session, records)
    new = [
        replace(record, external_ids=(external_id,))
        for external_id, record in records.items()
        if external_id not in existing
    ]
    _insert(session, new, by=by)
    for external_id, customer in existing.items():
        external_ids = record_of(customer).external_ids
        record = replace(records[external_id], external_ids=external_ids)
        change_customer(session, customer=customer, record=record, by=by, reader=SYSTEM_READER)


def _lock_by_external_id(
    session: Session, external_ids: Iterable[ExternalId]
) -> dict[ExternalId, Customer]:
    pairs = [(external_id.system, external_id.id) for external_id in external_ids]
    ids = repository.ids_by_external_id(session, pairs) if pairs else {}
    customers = repository.customers_for_change(session, list(ids.values()))
    return {ExternalId(*pair): customers[customer_id] for pair, customer_id in ids.items()}


def record_of(customer: Customer) -> Record:
    """Return the record in a row."""
    return Record(
        external_ids=tuple(ExternalId(**pair) for pair in customer.external_ids),
        name=customer.name,
        name_en=customer.name_en,
        kind=domain.Kind(customer.kind),
        nature=domain.Nature(customer.nature),
        ownership=domain.Ownership(customer.ownership) if customer.ownership else None,
        retail_format=_retail_format(customer.retail_format),
        email=customer.email,
        phone=customer.phone,
        city=customer.city,
        owner=customer.owner,
        team=customer.team,
        internal=customer.internal,
        disqualified=customer.disqualified,
        tags=tuple(customer.tags),
    )


def _retail_format(code: str | None) -> domain.RetailFormat | None:
    return domain.RetailFormat(code) if code else None


def _columns(record: Record) -> Row:
    """Return the values of a record by column."""
    return asdict(record) | {
        "external_ids": [asdict(external_id) for external_id in record.external_ids],
        "tags": list(record.tags),
    }


def _check(record: Record, reader: Reader) -> None:
    """Raise Invalid if a record contradicts itself, or would not be visible to its reader."""
    found = {
        "contradiction": domain.contradictions(record),
        "out_of_sight": domain.invisible_fields(record, reader),
    }
    faults = [
        Fault(f"/{wrong.field}", code, wrong.message)
        for code, several in found.items()
        for wrong in several
    ]
    if faults:
        raise Invalid(*faults)


def _check_external_ids(
    session: Session, customer_id: UUID | None, external_ids: Sequence[ExternalId]
) -> None:
    """Raise Conflict if an external id belongs to another customer than this one."""
    pairs = [(external_id.system, external_id.id) for external_id in external_ids]
    owners = repository.ids_by_external_id(session, pairs) if pairs else {}
    for index, pair in enumerate(pairs):
        if owners.get(pair, customer_id) != customer_id:
            message = "Another customer has this external id."
            fault = Fault(f"/external_ids/{index}", "taken", message)
            raise Conflict(fault, code="external_id_taken")


def _replace_identities_and_tokens(session: Session, customer: Customer, record: Record) -> None:
    for table in (CustomerIdentity, CustomerToken):
        session.execute(delete(table).where(table.customer_id == customer.id))
    insert_rows(session, CustomerIdentity, _identity_rows(customer, record))
    insert_rows(session, CustomerToken, _token_rows(customer, record))


def _identity_rows(customer: Customer, record: Record) -> list[Row]:
    return [
        {"system": external_id.system, "external_id": external_id.id, "customer_id": customer.id}
        for external_id in record.external_ids
    ]


def _token_rows(customer: Customer, record: Record) -> list[Row]:
    return [{"token": token, "customer_id": customer.id} for token in domain.tokens(record)]


def _change_row(customer: Customer, by: str, reason: str | None, changes: Row) -> Row:
    return {
        "customer_id": customer.id,
        "version": customer.version,
        "changed_at": customer.changed_at,
        "changed_by": by,
        "reason": reason,
        "changes": changes,
    }

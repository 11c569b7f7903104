"""Use cases of customers: register, change, put. The doors own the transaction."""

from collections.abc import Collection, Mapping, Sequence
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
    CustomerToken,
)
from shared import clock
from shared.bulk import insert_rows
from shared.errors import Conflict, Fault, Invalid, PreconditionFailed, found_or_404
from shared.ids import new_id
from shared.messaging import outbox
from shared.row_access import SYSTEM_READER, Reader
from shared.upsert import UpsertResult

Row = dict[str, Any]

UNKNOWN = "No customer that you may see has this id."


def register_customer(session: Session, *, record: Record, by: str, reader: Reader) -> Customer:
    """Put a new customer on record; Conflict if an external id already means another."""
    record = domain.brought_into_sight(record, reader)
    _check(record, reader)
    _claim_identities(session, None, record.external_ids)
    (customer,) = _insert(session, [record], by=by)
    return customer


def _insert(session: Session, records: Sequence[Record], *, by: str) -> list[Customer]:
    moment = clock.now()
    stamps = {"version": 1, "registered_at": moment, "changed_at": moment}
    rows = [{"id": new_id(), **stamps, **_values(record)} for record in records]
    insert_rows(session, Customer, rows)
    customers = [Customer(**row) for row in rows]
    pairs = list(zip(customers, records, strict=True))
    insert_rows(session, CustomerIdentity, [row for pair in pairs for row in _identities(*pair)])
    insert_rows(session, CustomerToken, [row for pair in pairs for row in _tokens(*pair)])
    insert_rows(session, CustomerChange, [_change(one, by, None, {}) for one in customers])
    told = (tell(one) for one in customers for tell in (events.registered, events.state))
    outbox.record_all(session, told)
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
    """Make the record of a customer (locked by the caller) this; tell whether anything changed."""
    _check(record, reader)
    before = record_of(customer)
    changes = domain.differences(before, record)
    if not changes:
        return False
    _claim_identities(session, customer.id, record.external_ids)
    moment = clock.now()
    for name, value in _values(record).items():
        setattr(customer, name, value)
    customer.version, customer.changed_at = customer.version + 1, moment
    session.flush()
    _index(session, customer, record)
    insert_rows(session, CustomerChange, [_change(customer, by, reason, changes)])
    outbox.record(session, events.changed(customer), events.state(customer))
    return True


def customer_of(session: Session, reader: Reader, customer_id: UUID) -> Customer:
    """Give a customer; NotFound where the reader may see none with this id."""
    return found_or_404(repository.customer(session, reader, customer_id), UNKNOWN)


def customer_for_change(session: Session, reader: Reader, customer_id: UUID) -> Customer:
    """Give the same, and keep others from changing it until the transaction ends."""
    return found_or_404(repository.customer_for_change(session, reader, customer_id), UNKNOWN)


def customer_to_change(
    session: Session, *, reader: Reader, customer_id: UUID, expected_version: int
) -> Customer:
    """Lock a customer for a change; NotFound, or PreconditionFailed if it was changed meanwhile."""
    customer = customer_for_change(session, reader, customer_id)
    if customer.version != expected_version:
        raise PreconditionFailed
    return customer


def put_customer(
    session: Session, *, external_id: ExternalId, record: Record, by: str, reader: Reader
) -> tuple[Customer, UpsertResult]:
    """Register the customer that another system names, or make its record this."""
    pair = (external_id.system, external_id.id)
    customer_id = repository.ids_by_external_id(session, [pair]).get(pair)
    if customer_id is None:
        named = replace(record, external_ids=_united(record.external_ids, [external_id]))
        return register_customer(session, record=named, by=by, reader=reader), UpsertResult.CREATED
    customer = found_or_404(
        repository.customer_for_change(session, reader, customer_id),
        "No customer that you may see has this external id.",
    )
    united = _united(record_of(customer).external_ids, [external_id, *record.external_ids])
    whole = replace(domain.brought_into_sight(record, reader), external_ids=united)
    changed = change_customer(session, customer=customer, record=whole, by=by, reader=reader)
    return customer, UpsertResult.UPDATED if changed else UpsertResult.UNCHANGED


def _united(first: Sequence[ExternalId], second: Sequence[ExternalId]) -> tuple[ExternalId, ...]:
    """Give the external ids of both; Invalid where they are more than a customer may have."""
    both = domain.united(first, second)
    if len(both) > domain.MOST_IDS:
        most = f"Give at most {domain.MOST_IDS} external ids"
        message = f"{most}; that of the path and those on record count."
        raise Invalid(Fault("/external_ids", "too_long", message))
    return both


def customers_named(
    session: Session, *, system: str, external_ids: Collection[str], create: bool, by: str
) -> dict[str, UUID]:
    """Tell which customers the ids of a system mean; with `create` unknown ones are registered."""
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
    """Register customers of whom nothing but an id is known, many at a time."""
    records = [
        Record(
            external_ids=(external_id,),
            name=external_id.id,
            kind=domain.Kind.UNKNOWN,
            nature=domain.Nature.UNKNOWN,
        )
        for external_id in external_ids
    ]
    made = _insert(session, records, by=by)
    return {external_id.id: one.id for external_id, one in zip(external_ids, made, strict=True)}


def records_for_change(
    session: Session, external_ids: Collection[ExternalId]
) -> dict[ExternalId, Record]:
    """Give the records of those external ids that mean a customer, to be changed."""
    pairs = [(external_id.system, external_id.id) for external_id in external_ids]
    known = repository.ids_by_external_id(session, pairs) if pairs else {}
    found = repository.customers_for_change(session, list(known.values()))
    return {ExternalId(*pair): record_of(found[known[pair]]) for pair in known}


def put_customers(session: Session, *, records: Mapping[ExternalId, Record], by: str) -> None:
    """Make the records of many customers these, each named by one id; known ones keep theirs."""
    pairs = [(external_id.system, external_id.id) for external_id in records]
    known = repository.ids_by_external_id(session, pairs) if pairs else {}
    customers = repository.customers_for_change(session, list(known.values()))
    new = {pair: record for pair, record in records.items() if (pair.system, pair.id) not in known}
    _insert(session, [replace(one, external_ids=(pair,)) for pair, one in new.items()], by=by)
    for (system, external_id), customer_id in known.items():
        pair, customer = ExternalId(system, external_id), customers[customer_id]
        kept = record_of(customer).external_ids
        record = replace(records[pair], external_ids=kept)
        change_customer(session, customer=customer, record=record, by=by, reader=SYSTEM_READER)


def record_of(customer: Customer) -> Record:
    """Read the record of a row."""
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


def _values(record: Record) -> Row:
    return asdict(record) | {
        "external_ids": [asdict(pair) for pair in record.external_ids],
        "tags": list(record.tags),
    }


def _check(record: Record, reader: Reader) -> None:
    found = {
        "contradiction": domain.contradictions(record),
        "out_of_sight": domain.out_of_sight(record, reader),
    }
    faults = [
        Fault(f"/{wrong.field}", code, wrong.message)
        for code, several in found.items()
        for wrong in several
    ]
    if faults:
        raise Invalid(*faults)


def _claim_identities(
    session: Session, customer_id: UUID | None, external_ids: tuple[ExternalId, ...]
) -> None:
    pairs = [(pair.system, pair.id) for pair in external_ids]
    known = repository.ids_by_external_id(session, pairs) if pairs else {}
    for at, pair in enumerate(pairs):
        if known.get(pair, customer_id) != customer_id:
            message = "Another customer has this external id."
            raise Conflict(Fault(f"/external_ids/{at}", "taken", message), code="external_id_taken")


def _index(session: Session, customer: Customer, record: Record) -> None:
    for table in (CustomerIdentity, CustomerToken):
        session.execute(delete(table).where(table.customer_id == customer.id))
    insert_rows(session, CustomerIdentity, _identities(customer, record))
    insert_rows(session, CustomerToken, _tokens(customer, record))


def _identities(customer: Customer, record: Record) -> list[Row]:
    return [
        {"system": pair.system, "external_id": pair.id, "customer_id": customer.id}
        for pair in record.external_ids
    ]


def _tokens(customer: Customer, record: Record) -> list[Row]:
    return [{"token": token, "customer_id": customer.id} for token in domain.tokens(record)]


def _change(customer: Customer, by: str, reason: str | None, changes: Row) -> Row:
    return {
        "customer_id": customer.id,
        "version": customer.version,
        "changed_at": customer.changed_at,
        "changed_by": by,
        "reason": reason,
        "changes": changes,
    }

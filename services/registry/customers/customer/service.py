"""Use cases of customers: register, change and upsert them. The callers commit."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from services.registry.customers.customer import domain, events, repository
from services.registry.customers.customer.domain import ExternalId, Record, RequestedFields
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
from shared.errors import (
    Fault,
    FieldError,
    Invalid,
    NotFound,
    PreconditionFailed,
    check_version,
    found_or_404,
)
from shared.faults import TAKEN
from shared.ids import new_id
from shared.messaging import outbox
from shared.row_access import Reader
from shared.upsert import UpsertResult

UNKNOWN = "No customer that you may see has this id."


def register_customer(
    session: Session,
    *,
    fields: RequestedFields,
    by: str,
    reader: Reader,
    own_ids: Sequence[ExternalId] = (),
) -> Customer:
    """Register a customer; raise Conflict if an external id belongs to another customer.

    `own_ids` are external ids that are not in the body of the request and belong to nobody.
    """
    record = _requested_record(fields, reader, own_ids=own_ids)
    _check_external_ids(session, None, fields.external_ids)
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
    customer_id: UUID,
    expected_version: int | None,
    fields: RequestedFields,
    by: str,
    reader: Reader,
    reason: str | None,
) -> Customer:
    """Change fields of a customer whose version is the expected one; others stay as they are.

    Raises NotFound if no such customer is visible to the reader, PreconditionFailed if the customer
    has another version, and Conflict if an external id belongs to another customer.
    """
    with _faults_first(fields):
        row = repository.customer_for_change(session, reader, customer_id)
        customer = found_or_404(row, UNKNOWN)
        check_version(customer.version, expected_version)
    record = _requested_record(fields, reader, before=record_of(customer))
    _change(session, customer, record, fields.external_ids, by=by, reason=reason)
    return customer


def _change(
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
    _check_external_ids(session, customer.id, given_ids)
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


def upsert_customer(
    session: Session, *, external_id: ExternalId, fields: RequestedFields, by: str, reader: Reader
) -> tuple[Customer, UpsertResult]:
    """Register the customer with an external id, or replace the record of an existing one.

    An existing customer keeps the external ids that are missing from the request.
    """
    pair = (external_id.system, external_id.id)
    customer_id = repository.ids_by_external_id(session, [pair]).get(pair)
    if customer_id is None:
        created = register_customer(
            session, fields=fields, by=by, reader=reader, own_ids=[external_id]
        )
        return created, UpsertResult.CREATED
    with _faults_first(fields):
        row = repository.customer_for_change(session, reader, customer_id)
        customer = found_or_404(row, "No customer that you may see has this external id.")
    record = _requested_record(fields, reader, own_ids=record_of(customer).external_ids)
    is_changed = _change(session, customer, record, fields.external_ids, by=by)
    return customer, UpsertResult.UPDATED if is_changed else UpsertResult.UNCHANGED


@contextmanager
def _faults_first(fields: RequestedFields) -> Iterator[None]:
    """Raise Invalid if the request has faults and NotFound or PreconditionFailed is raised inside.

    An invalid body is answered with 422 on every route, whatever is stored.
    """
    try:
        yield
    except (NotFound, PreconditionFailed) as error:
        if fields.faults:
            raise Invalid(*fields.faults) from error
        raise


def _requested_record(
    fields: RequestedFields,
    reader: Reader,
    *,
    before: Record | None = None,
    own_ids: Sequence[ExternalId] = (),
) -> Record:
    """Return the record that a request describes; raise Invalid with all its faults.

    `before` is the record that the request changes; without it the record is a new or replaced one,
    which has the external ids `own_ids` too.
    """
    values = {"name": before.name if before else "", **fields.values}
    if before is None or "external_ids" in values:
        values["external_ids"] = domain.merge_external_ids(own_ids, fields.external_ids)
    faults = [*fields.faults]
    try:
        record = domain.build_record(
            values,
            before,
            default_country=fields.default_country,
            reader=reader,
            ignored_fields=fields.invalid,
        )
    except FieldError as error:
        faults += [fault.at(f"/{fault.pointer}") for fault in error.faults]
    if faults:
        raise Invalid(*faults)
    return record


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
        _change(session, customer, record, by=by)


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


def _check_external_ids(
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

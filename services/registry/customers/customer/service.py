"""Use cases of customers: register, change and upsert them. The callers commit."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.registry.customers.colleague import service as colleagues
from services.registry.customers.colleague.domain import KINDS, refusals
from services.registry.customers.customer import domain, repository
from services.registry.customers.customer.domain import ExternalId, Record, RequestedFields
from services.registry.customers.customer.models import Customer
from services.registry.customers.customer.upsert import (
    check_external_ids,
    insert_customers,
    owner_row,
    record_of,
    replace_record,
)
from services.registry.customers.score import service as scores
from shared.errors import (
    Fault,
    FieldError,
    Invalid,
    NotFound,
    PreconditionFailed,
    check_version,
    found_or_404,
)
from shared.row_access import Reader, team_id_of, user_id_of
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
    record = _requested_record(session, fields, reader, own_ids=own_ids)
    check_external_ids(session, None, fields.external_ids)
    (customer,) = insert_customers(session, [record], by=by)
    return customer


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
    stored = record_of(customer)
    record = _requested_record(session, fields, reader, stored=stored, before=stored)
    replace_record(session, customer, record, fields.external_ids, by=by, reason=reason)
    return customer


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
    stored = record_of(customer)
    record = _requested_record(session, fields, reader, stored=stored, own_ids=stored.external_ids)
    is_changed = replace_record(session, customer, record, fields.external_ids, by=by)
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
    session: Session,
    fields: RequestedFields,
    reader: Reader,
    *,
    stored: Record | None = None,
    before: Record | None = None,
    own_ids: Sequence[ExternalId] = (),
) -> Record:
    """Return the record that a request describes; raise Invalid with all its faults.

    `stored` is the present record of the customer, None for a new customer. `before` is the same
    record if the request changes it; without it the record is a new or replaced one, which has the
    external ids `own_ids` too.
    """
    values = {"name": before.name if before else "", **fields.values}
    if before is None or "external_ids" in values:
        values["external_ids"] = domain.merge_external_ids(own_ids, fields.external_ids)
    refused = _faults_of_colleagues(session, values, reader, stored)
    faults = [*fields.faults, *(fault.at(f"/{fault.pointer}") for fault in refused)]
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


def _faults_of_colleagues(
    session: Session, values: Mapping[str, Any], reader: Reader, stored: Record | None
) -> list[Fault]:
    """Return a fault for each of owner and team to whom the customer cannot be assigned.

    `stored` is the present record of the customer. A limited reader can set only its own user or
    team, which the gateway knows; `domain.build_record` refuses others.
    """
    own = domain.visibility_condition(reader)
    wanted = {**values, **own}
    given = {name: wanted[name] for name in KINDS if wanted.get(name) is not None}
    references = colleagues.references_of_fields(session, given)
    present = {name: getattr(stored, name) for name in KINDS} if stored else {}
    return refusals(references, present, trusted=own.values())


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
    customers = insert_customers(session, records, by=by)
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
    insert_customers(session, new, by=by)
    for external_id, customer in sorted(existing.items(), key=lambda pair: pair[1].id):
        external_ids = record_of(customer).external_ids
        record = replace(records[external_id], external_ids=external_ids)
        replace_record(session, customer, record, by=by)


def _lock_by_external_id(
    session: Session, external_ids: Iterable[ExternalId]
) -> dict[ExternalId, Customer]:
    """Lock customers and return them by external id; unknown external ids are left out."""
    pairs = [(external_id.system, external_id.id) for external_id in external_ids]
    ids = repository.ids_by_external_id(session, pairs) if pairs else {}
    customers = repository.customers_for_change(session, list(ids.values()))
    return {ExternalId(*pair): customers[customer_id] for pair, customer_id in ids.items()}


def replace_texts(session: Session, customer_ids: Collection[UUID]) -> int:
    """Replace the texts of owners and teams of these customers by ids; count the customers.

    The texts become names, as the migration does it. Consumers read the events of the older release
    that wrote the texts in the same way, so the customers have no new version.
    """
    customers = repository.customers_for_change(session, customer_ids)
    for customer in customers.values():
        colleagues.create_names(session, {"owner": customer.owner, "team": customer.team})
        customer.owner, customer.team = user_id_of(customer.owner), team_id_of(customer.team)
    session.flush()
    scores.copy_owners(session, [owner_row(customer) for customer in customers.values()])
    return len(customers)


def complete_scores(session: Session, customer_ids: Collection[UUID]) -> int:
    """Correct the rows of scores of those of these customers whose rows are wrong; count them.

    A row is missing, or has another owner or team than the customer, if an older release of Patron
    registered or changed the customer.
    """
    wrong_ids = repository.ids_with_wrong_scores(session, customer_ids)
    if wrong_ids:
        customers = repository.customers_for_change(session, wrong_ids)
        scores.copy_owners(session, [owner_row(customer) for customer in customers.values()])
    return len(wrong_ids)

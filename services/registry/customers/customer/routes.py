"""HTTP routes of customers."""

from functools import partial
from typing import Annotated

from fastapi import Path, Query
from starlette.responses import Response

from services.registry.customers.colleague import service as colleagues
from services.registry.customers.customer import repository, service
from services.registry.customers.customer.domain import ExternalId
from services.registry.customers.customer.filters import CustomerFilter
from services.registry.customers.customer.problems import NotDeletable
from services.registry.customers.customer.schemas import (
    CustomerChangePage,
    CustomerCreate,
    CustomerId,
    CustomerOut,
    CustomerPage,
    CustomerUpdate,
    customer_change_out,
    customer_out,
    customer_with_score_out,
)
from services.registry.customers.score.schemas import customer_score_out
from shared.errors import found_or_404
from shared.http.answers import errors, json_response, upsert_status
from shared.http.dependencies import (
    AsyncReading,
    Caller,
    ExpectedVersion,
    Reader,
    Reading,
    Settings,
    Transaction,
)
from shared.http.idempotency import Once
from shared.http.includes import NOT_INCLUDED, included_fields
from shared.http.list_parameters import paged_by
from shared.http.pagination import PageRequest, answer_page
from shared.http.routing import Router
from shared.http.schemas import Code, System

router = Router(
    prefix="customers",
    tag="customers",
    about="Customers (客户): persons and organisations on record, by the ids of your own systems. "
    "A customer cannot be deleted: DELETE is answered with 405 and what to use instead.",
)
router.refuse("DELETE", "/{customer_id}", NotDeletable)


@router.post("", status_code=201, response_model=CustomerOut, responses=errors(409))
def register_customer(
    body: CustomerCreate,
    once: Once,
    session: Transaction,
    settings: Settings,
    caller: Caller,
    reader: Reader,
) -> Response:
    """Register a customer.

    An external id that belongs to another customer is refused with 409. Without `owner`, a caller
    whose API key has `rows: own` becomes the owner; without `team`, a caller whose key has `rows:
    team` gets its own team filled in. A different owner or team in a request with such a key is
    refused with 422.
    """

    def register() -> Response:
        fields = body.requested_fields(default_country=settings.country)
        created = service.register_customer(
            session, fields=fields, by=caller.subject, reader=reader
        )
        return json_response(
            customer_out(colleagues.names_of(session, [created]), created),
            status=201,
            location=f"/v1/customers/{created.id}",
            version=created.version,
        )

    return once(register)


@router.put(
    "/by-external-id/{system}/{external_id}",
    response_model=CustomerOut,
    responses=errors(404, 409)
    | {201: {"model": CustomerOut, "description": "The customer was created."}},
)
def put_customer(
    system: Annotated[
        System,
        Path(
            description="Name of the system that uses this id; it has no colon.", examples=["erp"]
        ),
    ],
    external_id: Annotated[
        Code, Path(description="The customer's id in that system.", examples=["10017"])
    ],
    body: CustomerCreate,
    session: Transaction,
    settings: Settings,
    caller: Caller,
    reader: Reader,
) -> Response:
    """Register the customer with an external id, or replace its record.

    Stored external ids are not removed. Sending the same body again changes nothing. Without
    `owner`, a caller whose API key has `rows: own` becomes the owner; without `team`, a caller
    whose key has `rows: team` gets its own team filled in. A different owner or team in a request
    with such a key is refused with 422.
    """
    customer, outcome = service.upsert_customer(
        session,
        external_id=ExternalId(system, external_id),
        fields=body.requested_fields(default_country=settings.country),
        by=caller.subject,
        reader=reader,
    )
    return json_response(
        customer_out(colleagues.names_of(session, [customer]), customer),
        status=upsert_status(outcome),
        location=f"/v1/customers/{customer.id}",
        version=customer.version,
    )


@router.get("", response_model=CustomerPage, responses=errors())
def list_customers(
    session: Reading,
    reader: Reader,
    paging: Annotated[PageRequest, paged_by(repository.CUSTOMERS, CustomerPage)],
    filters: Annotated[CustomerFilter, Query()],
) -> Response:
    """List customers, in the order of registration by default.

    With `include=score` each item has the customer's score, so that a screen with names, classes
    and points needs one request. Lists are sorted and filtered by the scores that were published
    last: some seconds after a change, or about a minute after it while orders arrive steadily.
    """
    found = repository.customers(session, reader, filters, paging=paging)
    names = colleagues.names_of(session, found.rows)
    if "score" not in paging.included:
        return answer_page(CustomerPage, partial(customer_out, names), found, paging)
    scores = repository.scores_of(session, found.rows)
    present = partial(customer_with_score_out, names, scores)
    return answer_page(CustomerPage, present, found, paging)


@router.get("/{customer_id}", response_model=CustomerOut, responses=errors(404))
async def read_customer(
    customer_id: CustomerId,
    async_reads: AsyncReading,
    reader: Reader,
    included: Annotated[frozenset[str], included_fields(CustomerOut)],
) -> Response:
    """Read one customer."""
    # `reader` is the caller: a row that the caller may not see is not found.
    row = found_or_404(
        await repository.customer_row(async_reads, reader, customer_id), service.UNKNOWN
    )
    score = NOT_INCLUDED
    if "score" in included:
        score = customer_score_out(await repository.score_row(async_reads, row))
    names = {row["owner"]: row["owner_name"], row["team"]: row["team_name"]}
    return json_response(customer_out(names, row, score=score), version=row["version"])


@router.patch(
    "/{customer_id}", response_model=CustomerOut, responses=errors(400, 404, 409, 412, 428)
)
def change_customer(
    customer_id: CustomerId,
    body: CustomerUpdate,
    expected_version: ExpectedVersion,
    session: Transaction,
    settings: Settings,
    caller: Caller,
    reader: Reader,
) -> Response:
    """Change some fields of a customer (JSON Merge Patch).

    A key with `rows: own` cannot change or remove `owner`, and a key with `rows: team` cannot
    change or remove `team`, because it would no longer see the customer. Such a change is refused
    with 422.
    """
    customer = service.change_customer(
        session,
        customer_id=customer_id,
        expected_version=expected_version,
        fields=body.requested_fields(default_country=settings.country),
        by=caller.subject,
        reader=reader,
        reason=body.values.get("reason"),
    )
    names = colleagues.names_of(session, [customer])
    return json_response(customer_out(names, customer), version=customer.version)


@router.get("/{customer_id}/history", response_model=CustomerChangePage, responses=errors(404))
def read_customer_history(
    customer_id: CustomerId,
    session: Reading,
    reader: Reader,
    paging: Annotated[PageRequest, paged_by(repository.CHANGES, CustomerChangePage)],
) -> Response:
    """List the changes of a customer, newest first, with their author, time, fields and reason."""
    service.customer_of(session, reader, customer_id)
    found = repository.changes(session, customer_id, paging=paging)
    names = colleagues.names_in_history(session, [row.changes for row in found.rows])
    return answer_page(CustomerChangePage, partial(customer_change_out, names), found, paging)

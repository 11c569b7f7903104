"""HTTP door of customers."""

from typing import Annotated

from fastapi import Path, Query
from starlette.responses import Response

from services.registry.customer import domain, repository, service
from services.registry.customer.domain import ExternalId, Kind, Nature
from services.registry.customer.schemas import (
    ChangePage,
    CustomerBody,
    CustomerId,
    CustomerPage,
    CustomerPatch,
    NewCustomer,
    change_body,
    customer_body,
)
from shared.errors import existing
from shared.http.answers import answer, errors
from shared.http.dependencies import Caller, ExpectedVersion, Hot, Reader, Reading, Transaction
from shared.http.idempotency import Once
from shared.http.pagination import PageRequest, answer_page, paged_by
from shared.http.parameters import external_id_pair
from shared.http.routing import Router
from shared.http.schemas import Code, System
from shared.outcome import Outcome

router = Router(
    prefix="customers",
    tag="customers",
    about="Customers (客户): persons and organisations on record, by the ids of your own systems.",
)


@router.post("", status_code=201, response_model=CustomerBody, responses=errors(409))
def register_customer(
    body: NewCustomer, once: Once, session: Transaction, caller: Caller, reader: Reader
) -> Response:
    """Put a customer on record.

    An external id that already means another customer is refused with 409. A key with `rows: own`
    or `rows: team` registers customers that it sees: if `owner` or `team` is left out, its id or
    its team is filled in; another one is refused with 422.
    """

    def register() -> Response:
        made = service.register_customer(
            session, record=body.record(), by=caller.subject, reader=reader
        )
        place = f"/v1/customers/{made.id}"
        return answer(customer_body(made), made=True, place=place, version=made.version)

    return once(register)


@router.put(
    "/by-external-id/{system}/{external_id}",
    response_model=CustomerBody,
    responses=errors(404, 409) | {201: {"model": CustomerBody, "description": "It was new."}},
)
def put_customer(
    system: Annotated[
        System,
        Path(description="The system that gives the id; without a colon.", examples=["erp"]),
    ],
    external_id: Annotated[Code, Path(description="The customer's id there.", examples=["10017"])],
    body: NewCustomer,
    session: Transaction,
    caller: Caller,
    reader: Reader,
) -> Response:
    """Put the customer that another system names on record, or make its record this.

    External ids already known are kept; the same body twice changes nothing. A key with
    `rows: own` or `rows: team` puts customers that it sees: if `owner` or `team` is left out, its
    id or its team is filled in; another one is refused with 422.
    """
    customer, outcome = service.put_customer(
        session,
        external_id=ExternalId(system, external_id),
        record=body.record(),
        by=caller.subject,
        reader=reader,
    )
    return answer(
        customer_body(customer),
        made=outcome is Outcome.CREATED,
        place=f"/v1/customers/{customer.id}",
        version=customer.version,
    )


@router.get("", response_model=CustomerPage, responses=errors())
def list_customers(
    session: Reading,
    reader: Reader,
    paging: Annotated[PageRequest, paged_by("registered_at")],
    external_id: Annotated[
        str | None,
        Query(
            max_length=201,
            description="The customer that another system names so: `system:id`.",
            examples=["erp:10017"],
        ),
    ] = None,
    q: Annotated[
        str | None,
        Query(
            min_length=2,
            max_length=100,
            description="Beginnings of words of names, contact points, cities and external ids, "
            "and Chinese characters that follow each other anywhere in them; all must match. "
            "Chinese and what stands beside it in a word are separate pieces: 客户099 finds what "
            "has both 客户 and a piece that begins with 099.",
            examples=["海尔 888"],
        ),
    ] = None,
    kind: Annotated[
        Kind | None, Query(description="Person, organisation, or unknown so far.")
    ] = None,
    nature: Annotated[
        Nature | None, Query(description="Nature of the customer (客户性质).")
    ] = None,
    owner: Annotated[
        str | None,
        Query(max_length=100, description="Account owner (专职人员), exactly as on record."),
    ] = None,
    team: Annotated[
        str | None,
        Query(max_length=100, description="Team of the account owner, exactly as on record."),
    ] = None,
) -> Response:
    """List customers, oldest first."""
    wanted = {"kind": kind, "nature": nature, "owner": owner, "team": team}
    found = repository.customers(
        session,
        reader,
        paging=paging,
        external_id=external_id_pair(external_id),
        prefixes=domain.query_tokens(q or ""),
        equal={name: value for name, value in wanted.items() if value is not None},
    )
    return answer_page(CustomerPage, customer_body, found, paging)


@router.get("/{customer_id}", response_model=CustomerBody, responses=errors(404))
async def read_customer(customer_id: CustomerId, hot: Hot, reader: Reader) -> Response:
    """Read one customer."""
    row = existing(await repository.customer_row(hot, reader, customer_id), service.UNKNOWN)
    return answer(customer_body(row), version=row["version"])


@router.patch(
    "/{customer_id}", response_model=CustomerBody, responses=errors(400, 404, 409, 412, 428)
)
def change_customer(
    customer_id: CustomerId,
    body: CustomerPatch,
    expected_version: ExpectedVersion,
    session: Transaction,
    caller: Caller,
    reader: Reader,
) -> Response:
    """Change some fields of a customer (JSON Merge Patch).

    A key with `rows: own` cannot change or remove `owner`, and one with `rows: team` cannot change
    or remove `team`: the key would not see the customer any more. That is refused with 422.
    """
    customer = service.customer_to_change(
        session, reader=reader, customer_id=customer_id, expected_version=expected_version
    )
    service.change_customer(
        session,
        customer=customer,
        record=body.applied_to(service.record_of(customer)),
        by=caller.subject,
        reader=reader,
        reason=body.reason,
    )
    return answer(customer_body(customer), version=customer.version)


@router.get("/{customer_id}/history", response_model=ChangePage, responses=errors(404))
def read_customer_history(
    customer_id: CustomerId,
    session: Reading,
    reader: Reader,
    paging: Annotated[PageRequest, paged_by("-version")],
) -> Response:
    """List what changed of a customer, newest first: who, when, what, why."""
    service.customer_of(session, reader, customer_id)
    found = repository.changes(session, customer_id, paging=paging)
    return answer_page(ChangePage, change_body, found, paging)

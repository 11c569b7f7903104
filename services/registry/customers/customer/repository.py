"""The SELECT statements on customers."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeVar, cast
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, Select, and_, bindparam, exists, or_, select, true
from sqlalchemy.orm import Session, aliased

from services.registry.customers.colleague.models import Colleague
from services.registry.customers.customer.domain import query_tokens
from services.registry.customers.customer.filters import CustomerFilter
from services.registry.customers.customer.models import (
    Customer,
    CustomerChange,
    CustomerIdentity,
    CustomerTag,
    CustomerToken,
)
from services.registry.customers.score.models import Score
from shared.bulk import any_of, any_pair_of
from shared.database import RowView, begins_with
from shared.http.async_reads import AsyncReads
from shared.http.listing import Listing
from shared.http.pagination import PageRequest, Slice
from shared.http.parameters import external_id_pair
from shared.http.ranges import time_range
from shared.row_access import SYSTEM_READER, Reader, Rows, visible_rows

Statement = TypeVar("Statement", bound=Select[Any])


def visible_to(reader: Reader, statement: Statement) -> Statement:
    """Restrict a statement on customers to those visible to the reader."""
    return statement.where(*visible_rows(reader, owner=Customer.owner, team=Customer.team))


def customer(session: Session, reader: Reader, customer_id: UUID) -> Customer | None:
    """Return the customer with this id; None if no such customer is visible to the reader."""
    statement = visible_to(reader, select(Customer).where(Customer.id == customer_id))
    return session.scalars(statement).one_or_none()


def find_customer_id(
    session: Session, reader: Reader, reference: UUID | tuple[str, str]
) -> UUID | None:
    """Return the id of the customer with this id or this external id (system, id).

    Return None if no such customer is visible to the reader.
    """
    statement = visible_to(reader, select(Customer.id))
    if isinstance(reference, UUID):
        return session.scalar(statement.where(Customer.id == reference))
    system, external_id = reference
    identity = CustomerIdentity
    return session.scalar(
        statement.join(identity, identity.customer_id == Customer.id).where(
            identity.system == system, identity.external_id == external_id
        )
    )


_OWNER, _TEAM = aliased(Colleague), aliased(Colleague)
_ROW_BY_ID = (
    select(Customer.__table__, _OWNER.name.label("owner_name"), _TEAM.name.label("team_name"))
    .outerjoin(_OWNER, _OWNER.id == Customer.owner)
    .outerjoin(_TEAM, _TEAM.id == Customer.team)
    .where(Customer.id == bindparam("customer_id"))
)


async def customer_row(
    async_reads: AsyncReads, reader: Reader, customer_id: UUID
) -> RowMapping | None:
    """Return the plain row of a customer, read asynchronously; None if it is not visible.

    The row also has `owner_name` and `team_name`, None for names that are not known.
    The statement for a reader of all rows is built only once, because it is the most frequent one.
    """
    statement = _ROW_BY_ID if reader.rows is Rows.ALL else visible_to(reader, _ROW_BY_ID)
    return await async_reads.row(statement, {"customer_id": customer_id})


_SCORE_BY_ID = select(Score.__table__).where(Score.id == bindparam("customer_id"))


async def score_row(async_reads: AsyncReads, customer: RowMapping) -> RowView | None:
    """Return the row of the score of a customer that the caller has read."""
    row = await async_reads.row(_SCORE_BY_ID, {"customer_id": customer["id"]})
    return cast("RowView | None", row)


def customer_for_change(session: Session, reader: Reader, customer_id: UUID) -> Customer | None:
    """Lock and return a customer; None if no such customer is visible to the reader."""
    statement = visible_to(reader, select(Customer).where(Customer.id == customer_id))
    return session.scalars(statement.with_for_update()).one_or_none()


def customers_for_change(session: Session, ids: Collection[UUID]) -> dict[UUID, Customer]:
    """Lock the customers with these ids and return them by id; unknown ids are left out."""
    statement = select(Customer).where(any_of(session, Customer.id, ids)).order_by(Customer.id)
    return {row.id: row for row in session.scalars(statement.with_for_update())}


def ids_with_wrong_scores(
    session: Session, customer_ids: Collection[UUID] | None = None, *, limit: int = 1000
) -> list[UUID]:
    """Return the ids of customers without a row of scores, or with a row of another owner or team.

    Only `limit` ids are returned, the lowest ones, and only of `customer_ids` unless it is None.
    """
    is_wrong = or_(
        Score.id.is_(None),
        Score.owner.is_distinct_from(Customer.owner),
        Score.team.is_distinct_from(Customer.team),
    )
    statement = select(Customer.id).outerjoin(Score, Score.id == Customer.id).where(is_wrong)
    if customer_ids is not None:
        statement = statement.where(any_of(session, Customer.id, customer_ids))
    visible = visible_to(SYSTEM_READER, statement)
    return list(session.scalars(visible.order_by(Customer.id).limit(limit)))


def ids_with_texts(session: Session, *, limit: int = 1000) -> list[UUID]:
    """Return the lowest ids of customers whose owner or team is a text and no id, at most `limit`.

    Customers that an older release of Patron registers or changes have such texts.
    """
    form_of_id = "-".join("_" * length for length in (8, 4, 4, 4, 12))
    has_text = or_(Customer.owner.not_like(form_of_id), Customer.team.not_like(form_of_id))
    visible = visible_to(SYSTEM_READER, select(Customer.id).where(has_text))
    return list(session.scalars(visible.order_by(Customer.id).limit(limit)))


def ids_by_external_id(
    session: Session, external_ids: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], UUID]:
    """Return the ids of customers by (system, external id); unknown external ids are left out."""
    identity = CustomerIdentity
    is_requested = any_pair_of(session, identity.system, identity.external_id, external_ids)
    rows = session.execute(
        select(identity.system, identity.external_id, identity.customer_id).where(is_requested)
    )
    return {(system, external_id): customer_id for system, external_id, customer_id in rows}


def _has_words(q: str) -> ColumnElement[bool]:
    """Return the condition that a customer has a search token for each word of a query."""
    return and_(
        true(),
        *(
            Customer.id.in_(
                select(CustomerToken.customer_id).where(
                    or_(*(begins_with(CustomerToken.token, prefix) for prefix in prefixes))
                )
            )
            for prefixes in query_tokens(q)
        ),
    )


def _has_external_id(text: str) -> ColumnElement[bool]:
    """Return the condition that a customer has an external id, written `system:id`."""
    system, external_id = external_id_pair(text)
    identity = CustomerIdentity
    return Customer.id.in_(
        select(identity.customer_id).where(
            identity.system == system, identity.external_id == external_id
        )
    )


def _has_tag(tag: str) -> ColumnElement[bool]:
    """Return the condition that a customer has a tag."""
    return Customer.id.in_(select(CustomerTag.customer_id).where(CustomerTag.tag == tag))


CUSTOMERS = Listing(
    id=Customer.id,
    sorts={
        "registered_at": [Customer.id],
        "name": [Customer.name, Customer.id],
        "changed_at": [Customer.changed_at, Customer.id],
        "value_points": [Score.value_order, Score.id],
    },
    default="registered_at",
    columns={
        "kind": Customer.kind,
        "nature": Customer.nature,
        "ownership": Customer.ownership,
        "retail_format": Customer.retail_format,
        "city": Customer.city,
        "country": Customer.country,
        "owner": Customer.owner,
        "team": Customer.team,
        "internal": Customer.internal,
        "disqualified": Customer.disqualified,
        "class": Score.customer_class,
        "rung": Score.rung,
        "silent": Score.silent,
    },
    filters={
        "q": _has_words,
        "external_id": _has_external_id,
        "tag": _has_tag,
    },
    without={"tag": ~exists().where(CustomerTag.customer_id == Customer.id)},
    ranges=[
        time_range("registered", Customer.registered_at),
        time_range("changed", Customer.changed_at),
    ],
    facets=(
        "kind",
        "nature",
        "ownership",
        "retail_format",
        "country",
        "team",
        "internal",
        "disqualified",
        "class",
        "rung",
        "silent",
    ),
)
"""The list of customers; their ids grow with the time of registration."""

_NEED_SCORES = {
    *(name for name, sort in CUSTOMERS.sorts.items() if any(key.class_ is Score for key in sort)),
    *(name for name, column in CUSTOMERS.columns.items() if column.class_ is Score),
}
"""The names of the sorts, filters and facets of the list that need the scores of the customers."""


def customers(
    session: Session, reader: Reader, filters: CustomerFilter, *, paging: PageRequest
) -> Slice:
    """Return a page of the customers that the reader sees and the filters match."""
    statement = counted = visible_to(reader, select(Customer))
    wanted = filters.model_dump(by_alias=True, exclude_none=True) | dict.fromkeys(paging.without)
    if _NEED_SCORES & {paging.sort_name, *wanted, *paging.facets}:
        statement = _with_scores(statement, reader, wanted)
    if _NEED_SCORES & {*wanted, *paging.facets}:
        counted = statement
    return CUSTOMERS.page(session, statement, paging=paging, filters=filters, counted=counted)


def _with_scores(statement: Statement, reader: Reader, wanted: Mapping[str, Any]) -> Statement:
    """Join customers with their scores; every customer has a row of scores.

    `wanted` has the values of filters by name, None for no value. The conditions on owner and team
    are repeated for the copies in the scores, because the indexes of the scores begin with them.
    """
    copies = {"owner": Score.owner, "team": Score.team}
    conditions = [column == wanted[name] for name, column in copies.items() if name in wanted]
    visible = visible_rows(reader, owner=Score.owner, team=Score.team)
    return statement.join(Score, Score.id == Customer.id).where(*visible, *conditions)


def scores_of(session: Session, customers: Iterable[Customer]) -> dict[UUID, RowView]:
    """Return the rows of the scores of customers that the caller has read, by customer id."""
    of_customers = any_of(session, Score.id, [customer.id for customer in customers])
    rows = session.execute(select(Score.__table__).where(of_customers)).mappings()
    return {row["id"]: row for row in cast("Iterable[RowView]", rows)}


CHANGES = Listing(sorts={"version": [CustomerChange.version]}, default="-version")
"""The list of the changes of one customer."""


def changes(session: Session, customer_id: UUID, *, paging: PageRequest) -> Slice:
    """Return a page of the changes of a customer."""
    statement = select(CustomerChange).where(CustomerChange.customer_id == customer_id)
    return CHANGES.page(session, statement, paging=paging)

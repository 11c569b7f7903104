"""Every SELECT on facts."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import Session

from services.scoring.facts.customer.models import Customer
from services.scoring.facts.customer.repository import visible_to
from services.scoring.facts.fact.domain import Cutoff, Fact
from services.scoring.facts.fact.models import StoredFact
from shared.bulk import any_of
from shared.contracts.registry.external_id import ExternalId
from shared.row_access import Reader

_COLUMNS = StoredFact.__table__.c
_FACT = [_COLUMNS[name] for name in Fact._fields]
"""Plain columns and not the model, because loading model objects takes 50 % more time."""


def facts_of_sources(session: Session, source_ids: Collection[UUID]) -> list[Fact]:
    """Return the facts of every version of the orders and answers with these ids."""
    has_source = any_of(session, _COLUMNS.source_id, source_ids)
    return _facts(session, select(*_FACT).where(has_source))


def facts_of_customer(session: Session, customer_id: UUID) -> list[Fact]:
    """Return all facts of one customer, including superseded ones."""
    return _facts(session, select(*_FACT).where(StoredFact.customer_id == customer_id))


def external_ids(session: Session, source_ids: Collection[UUID]) -> dict[UUID, ExternalId]:
    """Return the ids in other systems of orders, by order id; orders without any are left out."""
    statement = select(
        _COLUMNS.source_id, _COLUMNS.source_system, _COLUMNS.source_external_id
    ).where(any_of(session, _COLUMNS.source_id, source_ids), _COLUMNS.source_system.is_not(None))
    rows = session.execute(statement.distinct()).all()
    return {source_id: ExternalId(system=system, id=id_) for source_id, system, id_ in rows}


def facts_in_force(session: Session, customer_ids: Collection[UUID]) -> dict[UUID, list[Fact]]:
    """Return the facts of these customers that are not superseded, by customer id."""
    has_customer = any_of(session, _COLUMNS.customer_id, customer_ids)
    statement = select(*_FACT).where(has_customer, _COLUMNS.superseded_at.is_(None))
    return _by_customer(_facts(session, statement))


def population_facts(session: Session, reader: Reader, cutoff: Cutoff) -> dict[UUID, list[Fact]]:
    """Return the facts up to a cutoff, by customer id, of all customers that the reader may see.

    The query only selects roughly: the caller must still drop the facts for which
    `Cutoff.includes` is False, such as those later on the last day.
    """
    statement = (
        select(*_FACT)
        .join(Customer, Customer.id == StoredFact.customer_id)
        .where(StoredFact.occurred_on <= cutoff.as_of)
    )
    if cutoff.known_by is None:
        statement = statement.where(StoredFact.superseded_at.is_(None))
    return _by_customer(_facts(session, visible_to(reader, statement)))


def changed_since(session: Session, moment: datetime, *, up_to: date) -> bool:
    """Return whether rows were written since `moment` that may change figures of the day `up_to`.

    Rows that may change these figures are customers, and facts that happened on the day `up_to` or
    earlier.
    """
    facts = exists().where(StoredFact.written_at >= moment, StoredFact.occurred_on <= up_to)
    customers = exists().where(Customer.changed_at >= moment)
    return bool(session.scalar(select(or_(facts, customers))))


def _facts(session: Session, statement: Select[Any]) -> list[Fact]:
    return [Fact._make(row) for row in session.execute(statement).all()]


def _by_customer(facts: Iterable[Fact]) -> dict[UUID, list[Fact]]:
    """Group facts by customer id; facts without a customer are left out."""
    grouped: dict[UUID, list[Fact]] = {}
    for fact in facts:
        if fact.customer_id is not None:
            grouped.setdefault(fact.customer_id, []).append(fact)
    return grouped

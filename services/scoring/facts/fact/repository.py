"""Every SELECT on facts."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import Session

from services.scoring.facts.customer.models import Customer
from services.scoring.facts.customer.repository import visible_to
from services.scoring.facts.fact.domain import Fact, Horizon
from services.scoring.facts.fact.models import StoredFact
from shared.bulk import any_of
from shared.row_access import Reader

_COLUMNS = StoredFact.__table__.c
_FACT = [_COLUMNS[name] for name in Fact._fields]
"""Plain columns: objects take half as much time again, and scores read many facts."""


def facts_of_sources(session: Session, source_ids: Collection[UUID]) -> list[Fact]:
    """Return the facts of every version of these orders and answers."""
    wanted = any_of(session, _COLUMNS.source_id, source_ids)
    return _facts(session, select(*_FACT).where(wanted))


def facts_of_customer(session: Session, customer_id: UUID) -> list[Fact]:
    """Return all facts of one customer, superseded ones included."""
    return _facts(session, select(*_FACT).where(StoredFact.customer_id == customer_id))


def counting_facts(session: Session, customer_ids: Collection[UUID]) -> dict[UUID, list[Fact]]:
    """Return the facts that are not superseded, by customer."""
    theirs = any_of(session, _COLUMNS.customer_id, customer_ids)
    statement = select(*_FACT).where(theirs, _COLUMNS.superseded_at.is_(None))
    return _by_customer(_facts(session, statement))


def population_facts(session: Session, reader: Reader, horizon: Horizon) -> dict[UUID, list[Fact]]:
    """Return the facts that a horizon may see of all customers that the reader may see.

    Some that `Horizon.sees` refuses are among them: those of a later moment or another version.
    """
    statement = (
        select(*_FACT)
        .join(Customer, Customer.id == StoredFact.customer_id)
        .where(StoredFact.occurred_on <= horizon.as_of)
    )
    if horizon.known_by is None:
        statement = statement.where(StoredFact.superseded_at.is_(None))
    return _by_customer(_facts(session, visible_to(reader, statement)))


def changed_since(session: Session, moment: datetime, *, up_to: date) -> bool:
    """Return whether a customer, or a fact of a day up to `up_to`, was written since a moment."""
    facts = exists().where(StoredFact.written_at >= moment, StoredFact.occurred_on <= up_to)
    customers = exists().where(Customer.changed_at >= moment)
    return bool(session.scalar(select(or_(facts, customers))))


def _facts(session: Session, statement: Select[Any]) -> list[Fact]:
    return [Fact._make(row) for row in session.execute(statement).all()]


def _by_customer(facts: Iterable[Fact]) -> dict[UUID, list[Fact]]:
    grouped: dict[UUID, list[Fact]] = {}
    for fact in facts:
        if fact.customer_id is not None:
            grouped.setdefault(fact.customer_id, []).append(fact)
    return grouped

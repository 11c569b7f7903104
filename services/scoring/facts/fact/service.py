"""Use cases of facts: chain the versions of each source and write what that changes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from services.scoring.facts.fact import repository
from services.scoring.facts.fact.changes import NewAmount
from services.scoring.facts.fact.domain import Fact, chain
from services.scoring.facts.fact.models import StoredFact
from shared import clock
from shared.bulk import insert_rows


@dataclass(slots=True)
class ChainedFacts:
    """New facts, stored facts with another customer or end, and the customers of all of these."""

    added: list[Fact] = field(default_factory=list)
    updated: list[Fact] = field(default_factory=list)
    customer_ids: set[UUID] = field(default_factory=set)


def stored_versions(session: Session, facts: Sequence[Fact]) -> Sequence[Fact]:
    """Return the stored facts of every version of the orders and answers that these come from."""
    source_ids = {fact.source_id for fact in facts}
    return repository.facts_of_sources(session, source_ids) if source_ids else ()


def customers_of(facts: Iterable[Fact]) -> set[UUID]:
    """Return the ids of the customers of these facts; chaining can give them no others."""
    return {fact.customer_id for fact in facts if fact.customer_id}


def chain_facts(stored: Sequence[Fact], extracted: Sequence[Fact]) -> ChainedFacts:
    """Chain extracted facts with the stored versions of their sources; return the differences.

    A version of a source that is stored already is left out.
    """
    changes = ChainedFacts()
    versions = {(fact.source_id, fact.version) for fact in stored}
    new = {f.fact_id: f for f in extracted if (f.source_id, f.version) not in versions}
    before = {fact.fact_id: fact for fact in stored}
    for facts in _by_source([*stored, *new.values()]):
        for fact in chain(facts) if len(facts) > 1 else facts:
            _add_difference(changes, before.get(fact.fact_id), fact)
    return changes


def _add_difference(changes: ChainedFacts, before: Fact | None, fact: Fact) -> None:
    if before == fact:
        return
    (changes.updated if before else changes.added).append(fact)
    customer_ids = (fact.customer_id, before.customer_id if before else None)
    changes.customer_ids.update(customer_id for customer_id in customer_ids if customer_id)


def _by_source(facts: Iterable[Fact]) -> Iterable[list[Fact]]:
    grouped: dict[UUID, list[Fact]] = {}
    for fact in facts:
        grouped.setdefault(fact.source_id, []).append(fact)
    return grouped.values()


def write_facts(session: Session, chained: ChainedFacts) -> None:
    """Insert the new facts and update the customer and end of stored ones."""
    written = {"written_at": clock.now()}
    if chained.added:
        insert_rows(session, StoredFact, [fact._asdict() | written for fact in chained.added])
    if chained.updated:
        rows = [_updated_columns(fact) | written for fact in chained.updated]
        session.execute(update(StoredFact), rows)


def write_amounts(session: Session, amounts: Sequence[NewAmount]) -> None:
    """Replace the amount and size of stored facts."""
    rows = [{"fact_id": each.fact_id, "amount": each.amount, "size": each.size} for each in amounts]
    if rows:
        written = {"written_at": clock.now()}
        session.execute(update(StoredFact), [row | written for row in rows])


def _updated_columns(fact: Fact) -> dict[str, Any]:
    return {
        "fact_id": fact.fact_id,
        "customer_id": fact.customer_id,
        "superseded_at": fact.superseded_at,
    }

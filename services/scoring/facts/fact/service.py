"""Use cases of facts: chain what was told to what is known, and write the difference."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from services.scoring.facts.fact import repository
from services.scoring.facts.fact.domain import Fact, chain
from services.scoring.facts.fact.models import StoredFact
from shared import clock
from shared.bulk import insert_rows


@dataclass(slots=True)
class Chained:
    """Facts to add and facts that now belong or end elsewhere, and the customers they touch."""

    added: list[Fact] = field(default_factory=list)
    moved: list[Fact] = field(default_factory=list)
    touched: set[UUID] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Restated:
    """A fact whose amount has to be read anew."""

    fact_id: UUID
    amount: Decimal
    size: int


def known_facts(session: Session, drawn: Sequence[Fact]) -> Sequence[Fact]:
    """Give what is known of the sources of these facts."""
    sources = {fact.source_id for fact in drawn}
    return repository.facts_of_sources(session, sources) if sources else ()


def named_by(facts: Iterable[Fact]) -> set[UUID]:
    """Name every customer whose fact any of these is, or may become as they are chained."""
    return {fact.customer_id for fact in facts if fact.customer_id}


def chain_facts(known: Sequence[Fact], drawn: Sequence[Fact]) -> Chained:
    """Chain facts to the versions of their sources that are known; what is known stays out."""
    found = Chained()
    versions = {(fact.source_id, fact.version) for fact in known}
    fresh = {f.fact_id: f for f in drawn if (f.source_id, f.version) not in versions}
    before = {fact.fact_id: fact for fact in known}
    for facts in _by_source([*known, *fresh.values()]):
        for fact in chain(facts) if len(facts) > 1 else facts:
            _note(found, before.get(fact.fact_id), fact)
    return found


def _note(found: Chained, before: Fact | None, fact: Fact) -> None:
    if before == fact:
        return
    (found.moved if before else found.added).append(fact)
    owners = (fact.customer_id, before.customer_id if before else None)
    found.touched.update(owner for owner in owners if owner)


def _by_source(facts: Iterable[Fact]) -> Iterable[list[Fact]]:
    grouped: dict[UUID, list[Fact]] = {}
    for fact in facts:
        grouped.setdefault(fact.source_id, []).append(fact)
    return grouped.values()


def write_facts(session: Session, chained: Chained) -> None:
    """Add the new facts and move those that belong or end elsewhere."""
    moment = {"written_at": clock.now()}
    if chained.added:
        insert_rows(session, StoredFact, [fact._asdict() | moment for fact in chained.added])
    if chained.moved:
        session.execute(update(StoredFact), [_moved(fact) | moment for fact in chained.moved])


def restate_facts(session: Session, restated: Sequence[Restated]) -> None:
    """Give facts another amount, because what they are measured by has changed."""
    rows = [
        {"fact_id": each.fact_id, "amount": each.amount, "size": each.size} for each in restated
    ]
    if rows:
        moment = {"written_at": clock.now()}
        session.execute(update(StoredFact), [row | moment for row in rows])


def _moved(fact: Fact) -> dict[str, Any]:
    return {
        "fact_id": fact.fact_id,
        "customer_id": fact.customer_id,
        "superseded_at": fact.superseded_at,
    }

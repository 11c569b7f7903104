"""Use cases of facts: find out how new versions of orders and answers change them; write them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from services.scoring.facts.fact import repository
from services.scoring.facts.fact.changes import NewAmount
from services.scoring.facts.fact.domain import Fact, link_versions
from services.scoring.facts.fact.models import StoredFact
from shared import clock
from shared.bulk import insert_rows
from shared.contracts.registry.external_id import ExternalId


@dataclass(slots=True)
class FactChanges:
    """The changes that new versions of orders and answers make to the table of facts.

    `added` are new facts. `updated` are stored facts with a new `customer_id` or `superseded_at`.
    `customer_ids` are the customers to whom these facts belonged or belong now.
    """

    added: list[Fact] = field(default_factory=list)
    updated: list[Fact] = field(default_factory=list)
    customer_ids: set[UUID] = field(default_factory=set)


def stored_versions(session: Session, facts: Sequence[Fact]) -> Sequence[Fact]:
    """Return all stored facts of the orders and answers that these facts come from."""
    source_ids = {fact.source_id for fact in facts}
    return repository.facts_of_sources(session, source_ids) if source_ids else ()


def customer_ids_of(facts: Iterable[Fact]) -> set[UUID]:
    """Return the ids of the customers to whom these facts belong.

    If the facts are those of all versions of an order, only these customers can gain or lose a
    fact by a new version, so it is enough to lock them.
    """
    return {fact.customer_id for fact in facts if fact.customer_id}


def find_changes(stored: Sequence[Fact], extracted: Sequence[Fact]) -> FactChanges:
    """Return how the table of facts changes if the extracted facts are added to it.

    `stored` are the facts that are already stored for these orders and answers. Extracted facts of
    a version that is stored already are ignored.
    """
    changes = FactChanges()
    versions = {(fact.source_id, fact.version) for fact in stored}
    new = {f.fact_id: f for f in extracted if (f.source_id, f.version) not in versions}
    before = {fact.fact_id: fact for fact in stored}
    for facts in _grouped_by_source([*stored, *new.values()]):
        for fact in link_versions(facts) if len(facts) > 1 else facts:
            _record_change(changes, before.get(fact.fact_id), fact)
    return changes


def _record_change(changes: FactChanges, before: Fact | None, after: Fact) -> None:
    """Add a fact to `changes` unless it is equal to `before`, the stored fact with the same id."""
    if before == after:
        return
    (changes.updated if before else changes.added).append(after)
    customer_ids = (after.customer_id, before.customer_id if before else None)
    changes.customer_ids.update(customer_id for customer_id in customer_ids if customer_id)


def _grouped_by_source(facts: Iterable[Fact]) -> Iterable[list[Fact]]:
    """Return the facts of each order or response as a list."""
    grouped: dict[UUID, list[Fact]] = {}
    for fact in facts:
        grouped.setdefault(fact.source_id, []).append(fact)
    return grouped.values()


def write_facts(
    session: Session, changes: FactChanges, external_ids: Mapping[UUID, ExternalId]
) -> None:
    """Insert the added facts; update `customer_id` and `superseded_at` of the updated ones.

    `external_ids` are the ids of orders in other systems by order id, which are stored with the
    added facts. They are no part of `Fact`, because no figure needs them.
    """
    written = {"written_at": clock.now()}
    rows = [
        fact._asdict() | _source_columns(external_ids.get(fact.source_id)) | written
        for fact in changes.added
    ]
    insert_rows(session, StoredFact, rows)
    if changes.updated:
        rows = [_updated_columns(fact) | written for fact in changes.updated]
        session.execute(update(StoredFact), rows)


def write_external_ids(
    session: Session, stored: Iterable[Fact], external_ids: Mapping[UUID, ExternalId]
) -> None:
    """Store the external ids of orders with the stored facts that lack them.

    Facts lack them if they were stored by a release that did not store external ids.
    """
    known = {fact.source_id for fact in stored} & external_ids.keys()
    if known:
        session.connection().execute(
            update(StoredFact)
            .where(
                StoredFact.source_id == bindparam("order_id"), StoredFact.source_system.is_(None)
            )
            .values({name: bindparam(f"new_{name}") for name in _source_columns(None)}),
            [
                {"order_id": order_id}
                | {f"new_{k}": v for k, v in _source_columns(external_ids[order_id]).items()}
                for order_id in sorted(known)
            ],
        )


def _source_columns(external_id: ExternalId | None) -> dict[str, str | None]:
    """Return the columns with the external id of an order; they are None for an answer."""
    if external_id is None:
        return {"source_system": None, "source_external_id": None}
    return {"source_system": external_id.system, "source_external_id": external_id.id}


def write_amounts(session: Session, amounts: Sequence[NewAmount]) -> None:
    """Replace the amount and the number of items (`size`) of stored facts."""
    rows = [{"fact_id": each.fact_id, "amount": each.amount, "size": each.size} for each in amounts]
    if rows:
        written = {"written_at": clock.now()}
        session.execute(update(StoredFact), [row | written for row in rows])


def _updated_columns(fact: Fact) -> dict[str, Any]:
    """Return the columns that are updated when a fact changes, with the key."""
    return {
        "fact_id": fact.fact_id,
        "customer_id": fact.customer_id,
        "superseded_at": fact.superseded_at,
    }

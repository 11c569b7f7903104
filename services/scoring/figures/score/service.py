"""Use cases of scores: update them as facts change, record events, compute one at any time."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, bindparam, update
from sqlalchemy.orm import Session

from services.scoring.facts.customer.service import lock_customers, upsert_customers
from services.scoring.facts.exchange_rate import repository as rate_repository
from services.scoring.facts.exchange_rate.domain import Excluded
from services.scoring.facts.fact import repository as fact_repository
from services.scoring.facts.fact import service as fact_service
from services.scoring.facts.fact.changes import Changes
from services.scoring.facts.fact.domain import Horizon
from services.scoring.figures.as_of.domain import PointInTime
from services.scoring.figures.score import domain, events, repository
from services.scoring.figures.score.models import Assignment, StoredScore
from services.scoring.modelling.value_model import repository as value_model_repository
from services.scoring.modelling.value_model.domain import ValueModel
from services.scoring.models import Row
from shared import clock
from shared.bulk import insert_rows
from shared.ids import new_id
from shared.messaging import outbox
from shared.money import format_decimal
from shared.settings import ServiceSettings

UNKNOWN = "No customer that you may see has this id."

_MOMENTS = {"as_of", "made_at"}
_SCORES = cast("Table", StoredScore.__table__)
_COMPUTED = [field.name for field in fields(domain.Score) if field.name in _SCORES.c]
"""Columns that have the name of a field of a computed score."""
_WRITTEN_BY_SETTLEMENT = ("customer_class", "assigned_class")
_UPDATED = set(_SCORES.c.keys()) - {"customer_id", *_WRITTEN_BY_SETTLEMENT}
_UPDATE = (
    update(_SCORES)
    .where(_SCORES.c.customer_id == bindparam("new_customer_id"))
    .values({name: bindparam(f"new_{name}") for name in _UPDATED})
)
"""A plain statement, because thousands of rows are written: objects take twice as long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputedScore:
    """A score computed for a point in time, as a row of columns, and the terms of its points."""

    row: Row
    terms: tuple[domain.TermPoints, ...]


def apply_changes(session: Session, changes: Changes, *, settings: ServiceSettings) -> None:
    """Write the changes of a batch of events and update the scores of all customers in it.

    Every customer whose facts may change is locked, once, before any fact is chained and written.
    """
    fact_service.write_amounts(session, changes.amounts)
    stored = fact_service.stored_versions(session, changes.facts)
    touched = changes.customers.keys() | changes.touched
    customer_ids = touched | fact_service.customers_of([*stored, *changes.facts])
    locked = lock_customers(session, customer_ids, changes.customers)
    current = upsert_customers(session, locked, changes.customers)
    chained = fact_service.chain_facts(stored, changes.facts)
    fact_service.write_facts(session, chained)
    sort_id_changed = {id_ for id_ in locked if current[id_]["sort_id"] != locked[id_]["sort_id"]}
    customers = {id_: current[id_] for id_ in touched | chained.customer_ids}
    refresh_scores(session, customers, settings=settings, sort_id_changed=sort_id_changed)


def refresh_customers(
    session: Session, customer_ids: Collection[UUID], *, settings: ServiceSettings
) -> None:
    """Lock customers and update their scores, which may have changed because time has passed."""
    refresh_scores(session, lock_customers(session, customer_ids), settings=settings)


def refresh_scores(
    session: Session,
    customers: Mapping[UUID, Row],
    *,
    settings: ServiceSettings,
    sort_id_changed: Collection[UUID] = (),
) -> None:
    """Compute the scores of customers, which the caller has locked; write and publish changes.

    Each is computed from all facts of the customer, so that it equals a recomputation. The scores
    of `sort_id_changed` are written even if no figure changed: `sort_id` ranks customers of equal
    value, so the next settlement has to compute the classes again.
    """
    registered = {id_: row for id_, row in customers.items() if row["version"] is not None}
    if not registered:
        return
    moment = clock.now()
    today = clock.local_day(moment, settings.zone)
    compute = load_scorer(session, registered, moment, currency=settings.currency)
    stored = repository.stored_scores(session, registered)
    updates = [
        _Update(stored.get(customer_id), compute(customer_id, today) | {"made_at": moment})
        for customer_id in sorted(registered)
    ]
    written = [
        each for each in updates if each.is_change or each.after["customer_id"] in sort_id_changed
    ]
    _write(session, written)
    _record_events(session, written)


class _Update:
    """A stored score before (None for a new one) and after it was computed again.

    `is_change`: a column other than its moments differs. `needs_event`: a published figure differs.
    """

    def __init__(self, before: Row | None, after: dict[str, Any]) -> None:
        self.before = before
        self.needs_event = before is None or (
            events.score_figures(after) != events.score_figures(before)
        )
        self.is_change = before is None or any(
            after[name] != before[name] for name in after.keys() - _MOMENTS
        )
        self.after = after | {
            "version": (before["version"] if before else 0) + self.needs_event,
            "assigned_rung": after["rung"],
            "unsettled_since": (before and before["unsettled_since"]) or after["made_at"],
        }

    @property
    def rung_before(self) -> str | None:
        return self.before["assigned_rung"] if self.before else None


def load_scorer(
    session: Session, customers: Mapping[UUID, Row], moment: datetime, *, currency: str
) -> Callable[[UUID, date], dict[str, Any]]:
    """Load facts, model and rates; return the function that computes a score from them.

    The function takes the id of one of these customers and the local day of the score, and returns
    the columns of the score.
    """
    facts = fact_repository.counting_facts(session, customers)
    model = value_model_repository.model_for(session, moment)
    every_fact = (fact for own_facts in facts.values() for fact in own_facts)
    rates = rate_repository.rates_for(session, every_fact, into=currency)

    def compute(customer_id: UUID, as_of: date) -> dict[str, Any]:
        score = domain.score(
            facts.get(customer_id, ()),
            horizon=Horizon(as_of=as_of),
            rules=model.rules,
            rates=rates,
            disqualified=customers[customer_id]["disqualified"],
        )
        return _columns(customer_id, score, model=model, currency=currency, as_of=as_of)

    return compute


def compute_score(session: Session, customer: Row, point_in_time: PointInTime) -> ComputedScore:
    """Return the score of one customer at a point in time, computed from the facts."""
    facts = fact_repository.facts_of_customer(session, customer["id"])
    model = value_model_repository.model_for(session, point_in_time.moment)
    currency, horizon, rules = point_in_time.currency, point_in_time.horizon, model.rules
    rates = rate_repository.rates_for(session, facts, into=currency)
    score = domain.score(
        facts, horizon=horizon, rules=rules, rates=rates, disqualified=customer["disqualified"]
    )
    return ComputedScore(
        row=_columns(customer["id"], score, model=model, currency=currency, as_of=horizon.as_of),
        terms=domain.explain(facts, horizon=horizon, rules=rules, rates=rates),
    )


def _columns(
    customer_id: UUID, score: domain.Score, *, model: ValueModel, currency: str, as_of: date
) -> dict[str, Any]:
    """Return a computed score as the columns in which it is stored."""
    satisfaction = score.satisfaction
    return {name: getattr(score, name) for name in _COMPUTED} | {
        "customer_id": customer_id,
        "as_of": as_of,
        "model_id": model.model_id,
        "model_version": model.version,
        "currency": currency,
        "value_order": domain.sortable(score.value_points),
        "rung": score.rung.value,
        "satisfaction_index": satisfaction and satisfaction.index,
        "satisfaction_n": satisfaction and satisfaction.n,
        "excluded": _documents(score.excluded),
        "recent_excluded": _documents(score.recent_excluded),
    }


def _documents(excluded: Iterable[Excluded]) -> list[dict[str, Any]]:
    return [
        {"currency": each.currency, "facts": each.facts, "amount": format_decimal(each.amount)}
        for each in excluded
    ]


def _write(session: Session, updates: Sequence[_Update]) -> None:
    no_class = dict.fromkeys(_WRITTEN_BY_SETTLEMENT)
    added = [one.after | no_class for one in updates if one.before is None]
    changed = [one.after for one in updates if one.before is not None]
    insert_rows(session, StoredScore, added)
    if changed:
        session.execute(_UPDATE, [_parameters(row) for row in changed])


def _parameters(row: Row) -> dict[str, Any]:
    return {f"new_{name}": value for name, value in row.items()}


def _record_events(session: Session, updates: Iterable[_Update]) -> None:
    recorded: list[Any] = []
    rungs: dict[UUID, tuple[str | None, datetime]] = {}
    for one in updates:
        after = one.after
        if one.needs_event:
            recorded.append(events.score_changed(after))
        if one.rung_before != after["rung"]:
            recorded.append(events.rung_changed(after, before=one.rung_before))
            rungs[after["customer_id"]] = (after["rung"], after["made_at"])
    outbox.record_all(session, recorded)
    record_assignments(session, "rung", rungs)


def record_assignments(
    session: Session, aspect: str, values: Mapping[UUID, tuple[str | None, datetime]]
) -> None:
    """Add classes or rungs to the history of what was published, by customer, with its moment.

    `aspect` is "class" or "rung".
    """
    rows = [
        {
            "id": new_id(),
            "customer_id": customer_id,
            "aspect": aspect,
            "value": value,
            "assigned_at": moment,
        }
        for customer_id, (value, moment) in values.items()
    ]
    insert_rows(session, Assignment, rows)

"""Use cases of scores: keep them current with the facts, tell what changed, answer for any date."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, bindparam, update
from sqlalchemy.orm import Session

from services.scoring.customer.repository import Columns
from services.scoring.customer.service import hold_customers
from services.scoring.exact import sortable
from services.scoring.fact import repository as fact_repository
from services.scoring.fact.domain import Horizon
from services.scoring.model import repository as model_repository
from services.scoring.model.domain import ValueModel
from services.scoring.rate import repository as rate_repository
from services.scoring.rate.domain import Excluded
from services.scoring.score import domain, repository
from services.scoring.score.domain import Question
from services.scoring.score.models import Assignment, KeptScore
from shared import clock
from shared.bulk import insert_rows
from shared.contracts import scoring as contracts
from shared.ids import new_id
from shared.messaging import outbox
from shared.money import plain
from shared.settings import ServiceSettings

_TOLD = (
    "value_points",
    "revenue",
    "purchase_days",
    "rung",
    "silent",
    "satisfaction_index",
    "satisfaction_n",
    "excluded",
    "currency",
    "model_id",
    "model_version",
)
"""What `score.changed` tells: a score in which nothing else moved is kept, but not told."""
_MOMENTS = {"as_of", "made_at"}
_SCORES = cast("Table", KeptScore.__table__)
_UNTOUCHED = {"customer_id", "customer_class", "assigned_class"}
_UPDATE = (
    update(_SCORES)
    .where(_SCORES.c.customer_id == bindparam("the_customer_id"))
    .values({name: bindparam(f"the_{name}") for name in set(_SCORES.c.keys()) - _UNTOUCHED})
)
"""A plain statement, because thousands of rows go by: as objects they cost twice as much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A score as computed for one question, and the model that counted."""

    score: domain.Score
    terms: tuple[domain.TermPoints, ...]
    model: ValueModel


def refresh_customers(
    session: Session, customer_ids: Collection[UUID], *, settings: ServiceSettings
) -> None:
    """Bring the scores of these customers up to date, say because time has changed them."""
    refresh_scores(session, hold_customers(session, customer_ids), settings=settings)


def refresh_scores(
    session: Session,
    customers: Mapping[UUID, Columns],
    *,
    settings: ServiceSettings,
    resorted: Collection[UUID] = (),
) -> None:
    """Bring the scores of customers (held by the caller) up to their facts, and tell changes.

    Who is `resorted` stands elsewhere among equals: the classes have to be cut anew.
    Each is computed from all facts of the customer, so that it equals a recomputation.
    """
    known = {id_: row for id_, row in customers.items() if row["version"] is not None}
    if not known:
        return
    moment = clock.now()
    today = clock.local_day(moment, settings.zone)
    compute = computer(session, known, moment, currency=settings.currency)
    kept = repository.kept_rows(session, known)
    changes = [
        _Change(kept.get(customer_id), compute(customer_id, today) | {"made_at": moment})
        for customer_id in sorted(known)
    ]
    moved = [each for each in changes if each.moved or each.after["customer_id"] in resorted]
    _write(session, moved)
    _tell(session, moved)


class _Change:
    """A kept score before and after; `told` if what others hear of it differs."""

    def __init__(self, before: Columns | None, after: dict[str, Any]) -> None:
        self.before = before
        self.told = before is None or any(after[name] != before[name] for name in _TOLD)
        self.moved = before is None or any(
            after[name] != before[name] for name in after.keys() - _MOMENTS
        )
        self.after = after | {
            "version": (before["version"] if before else 0) + self.told,
            "assigned_rung": after["rung"],
            "unsettled_since": (before and before["unsettled_since"]) or after["made_at"],
        }

    @property
    def rung_before(self) -> str | None:
        return self.before["assigned_rung"] if self.before else None


def computer(
    session: Session,
    customers: Mapping[UUID, Columns],
    moment: datetime,
    *,
    currency: str,
) -> Callable[[UUID, date], dict[str, Any]]:
    """Read all that the scores of these customers rest on; give what computes one as of a day."""
    facts = fact_repository.counting_facts(session, customers)
    model = model_repository.model_for(session, moment)
    every = (fact for each in facts.values() for fact in each)
    rates = rate_repository.rates_for(session, every, into=currency)

    def compute(customer_id: UUID, as_of: date) -> dict[str, Any]:
        found = domain.score(
            facts.get(customer_id, ()),
            horizon=Horizon(as_of=as_of),
            rules=model.rules,
            rates=rates,
            disqualified=customers[customer_id]["disqualified"],
        )
        return _columns(customer_id, found, model, currency) | {"as_of": as_of}

    return compute


def _columns(
    customer_id: UUID, score: domain.Score, model: ValueModel, currency: str
) -> dict[str, Any]:
    """Write what a computed score holds as the columns in which it is kept."""
    satisfaction = score.satisfaction
    return {
        "customer_id": customer_id,
        "model_id": model.model_id,
        "model_version": model.version,
        "currency": currency,
        "value_points": score.value_points,
        "value_order": sortable(score.value_points),
        "rung": score.rung.value,
        "silent": score.silent,
        "satisfaction_index": satisfaction and satisfaction.index,
        "satisfaction_n": satisfaction and satisfaction.n,
        "revenue": score.revenue,
        "recent_revenue": score.recent_revenue,
        "profit": score.profit,
        "purchases": score.purchases,
        "purchase_days": score.purchase_days,
        "last_purchase_on": score.last_purchase_on,
        "excluded": excluded_document(score.excluded),
        "recent_excluded": excluded_document(score.recent_excluded),
        "changes_on": score.changes_on,
    }


def excluded_document(excluded: Iterable[Excluded]) -> list[dict[str, Any]]:
    """Write what was left out as JSON."""
    return [
        {"currency": each.currency, "facts": each.facts, "amount": plain(each.amount)}
        for each in excluded
    ]


def _write(session: Session, changes: Sequence[_Change]) -> None:
    no_class = {"customer_class": None, "assigned_class": None}
    added = [change.after | no_class for change in changes if change.before is None]
    moved = [change.after for change in changes if change.before is not None]
    insert_rows(session, KeptScore, added)
    if moved:
        session.execute(_UPDATE, [_named(row) for row in moved])


def _named(row: Columns) -> dict[str, Any]:
    return {f"the_{name}": value for name, value in row.items()}


def _tell(session: Session, changes: Iterable[_Change]) -> None:
    events: list[Any] = []
    climbed = []
    for change in changes:
        if change.told:
            events.append(contracts.ScoreChanged(**told(change.after)))
        if change.rung_before != change.after["rung"]:
            events.append(_rung_changed(change))
            climbed.append(change.after)
    outbox.record_all(session, events)
    assign(session, "rung", {row["customer_id"]: (row["rung"], row["made_at"]) for row in climbed})


def _rung_changed(change: _Change) -> contracts.RungChanged:
    return contracts.RungChanged(
        customer_id=change.after["customer_id"],
        version=change.after["version"],
        recorded_at=change.after["made_at"],
        before=change.rung_before,
        rung=change.after["rung"],
    )


def assign(
    session: Session, aspect: str, values: Mapping[UUID, tuple[str | None, datetime]]
) -> None:
    """Note what was published of customers: the history of the assigned layer."""
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


def told(row: Columns) -> dict[str, Any]:
    """Write a kept score as the events tell it."""
    index = row["satisfaction_index"]
    answered = None if index is None else (float(index), row["satisfaction_n"])
    return {
        "customer_id": row["customer_id"],
        "version": row["version"],
        "recorded_at": row["made_at"],
        "as_of": row["as_of"],
        "model_id": row["model_id"],
        "model_version": row["model_version"],
        "currency": row["currency"],
        "value_points": plain(row["value_points"]),
        "revenue": plain(row["revenue"]),
        "purchase_days": row["purchase_days"],
        "rung": row["rung"],
        "silent": row["silent"],
        "satisfaction": answered and contracts.Satisfaction(index=answered[0], n=answered[1]),
        "excluded": [contracts.Excluded(**each) for each in row["excluded"]],
    }


def answer_question(session: Session, customer: Columns, question: Question) -> Answer:
    """Compute the score of one customer for any date, from the facts, with its explanation."""
    facts = fact_repository.facts_of_customer(session, customer["id"])
    model = model_repository.model_for(session, question.moment)
    rates = rate_repository.rates_for(session, facts, into=question.currency)
    horizon, rules = question.horizon, model.rules
    return Answer(
        score=domain.score(
            facts,
            horizon=horizon,
            rules=rules,
            rates=rates,
            disqualified=customer["disqualified"],
        ),
        terms=domain.explain(facts, horizon=horizon, rules=rules, rates=rates),
        model=model,
    )

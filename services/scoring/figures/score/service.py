"""Use cases of scores: keep them current with the facts, tell what changed, answer for any date."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, bindparam, update
from sqlalchemy.orm import Session

from services.scoring.facts.customer.service import hold_customers
from services.scoring.facts.exchange_rate import repository as rate_repository
from services.scoring.facts.exchange_rate.domain import Excluded
from services.scoring.facts.fact import repository as fact_repository
from services.scoring.facts.fact.domain import Horizon
from services.scoring.figures.as_of.domain import Question
from services.scoring.figures.score import domain, events, repository
from services.scoring.figures.score.models import Assignment, KeptScore
from services.scoring.modelling.value_model import repository as value_model_repository
from services.scoring.modelling.value_model.domain import ValueModel
from services.scoring.models import Row
from shared import clock
from shared.bulk import insert_rows
from shared.ids import new_id
from shared.messaging import outbox
from shared.money import plain
from shared.settings import ServiceSettings

UNKNOWN = "No customer that you may see has this id."

_MOMENTS = {"as_of", "made_at"}
_SCORES = cast("Table", KeptScore.__table__)
_AS_COMPUTED = [field.name for field in fields(domain.Score) if field.name in _SCORES.c]
"""What is kept of a score just as it was computed, or nearly so."""
_UNTOUCHED = {"customer_id", "customer_class", "assigned_class"}
_UPDATE = (
    update(_SCORES)
    .where(_SCORES.c.customer_id == bindparam("the_customer_id"))
    .values({name: bindparam(f"the_{name}") for name in set(_SCORES.c.keys()) - _UNTOUCHED})
)
"""A plain statement, because thousands of rows go by: as objects they cost twice as much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputedScore:
    """A score as computed for one question, as it would be kept, and where its points are from."""

    row: Row
    terms: tuple[domain.TermPoints, ...]


def refresh_customers(
    session: Session, customer_ids: Collection[UUID], *, settings: ServiceSettings
) -> None:
    """Bring the scores of these customers up to date, say because time has changed them."""
    refresh_scores(session, hold_customers(session, customer_ids), settings=settings)


def refresh_scores(
    session: Session,
    customers: Mapping[UUID, Row],
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
    kept = repository.kept_scores(session, known)
    changes = [
        _Change(kept.get(customer_id), compute(customer_id, today) | {"made_at": moment})
        for customer_id in sorted(known)
    ]
    moved = [each for each in changes if each.moved or each.after["customer_id"] in resorted]
    _write(session, moved)
    _tell(session, moved)


class _Change:
    """A kept score before and after; it is news if what others hear of it differs."""

    def __init__(self, before: Row | None, after: dict[str, Any]) -> None:
        self.before = before
        self.is_news = before is None or events.score_facts(after) != events.score_facts(before)
        self.moved = before is None or any(
            after[name] != before[name] for name in after.keys() - _MOMENTS
        )
        self.after = after | {
            "version": (before["version"] if before else 0) + self.is_news,
            "assigned_rung": after["rung"],
            "unsettled_since": (before and before["unsettled_since"]) or after["made_at"],
        }

    @property
    def rung_before(self) -> str | None:
        return self.before["assigned_rung"] if self.before else None


def computer(
    session: Session, customers: Mapping[UUID, Row], moment: datetime, *, currency: str
) -> Callable[[UUID, date], dict[str, Any]]:
    """Read all that the scores of these customers rest on; give what computes one as of a day."""
    facts = fact_repository.counting_facts(session, customers)
    model = value_model_repository.model_for(session, moment)
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
        return _row(customer_id, found, model=model, currency=currency, as_of=as_of)

    return compute


def answer_question(session: Session, customer: Row, question: Question) -> ComputedScore:
    """Compute the score of one customer for any date, from the facts, with its explanation."""
    facts = fact_repository.facts_of_customer(session, customer["id"])
    model = value_model_repository.model_for(session, question.moment)
    rates = rate_repository.rates_for(session, facts, into=question.currency)
    horizon, rules = question.horizon, model.rules
    found = domain.score(
        facts, horizon=horizon, rules=rules, rates=rates, disqualified=customer["disqualified"]
    )
    return ComputedScore(
        row=_row(
            customer["id"], found, model=model, currency=question.currency, as_of=horizon.as_of
        ),
        terms=domain.explain(facts, horizon=horizon, rules=rules, rates=rates),
    )


def _row(
    customer_id: UUID, score: domain.Score, *, model: ValueModel, currency: str, as_of: date
) -> dict[str, Any]:
    """Write what a computed score holds as the columns in which it is kept."""
    satisfaction = score.satisfaction
    return {name: getattr(score, name) for name in _AS_COMPUTED} | {
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


def _named(row: Row) -> dict[str, Any]:
    return {f"the_{name}": value for name, value in row.items()}


def _tell(session: Session, changes: Iterable[_Change]) -> None:
    told: list[Any] = []
    climbed = []
    for change in changes:
        if change.is_news:
            told.append(events.score_changed(change.after))
        if change.rung_before != change.after["rung"]:
            told.append(events.rung_changed(change.after, before=change.rung_before))
            climbed.append(change.after)
    outbox.record_all(session, told)
    assign(session, "rung", {row["customer_id"]: (row["rung"], row["made_at"]) for row in climbed})


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

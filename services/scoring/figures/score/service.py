"""Use cases of scores: update stored scores, publish changes, compute a score for any time."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, bindparam, update
from sqlalchemy.orm import Session

from services.scoring.facts.customer.service import lock_customers, upsert_customers
from services.scoring.facts.exchange_rate import repository as rate_repository
from services.scoring.facts.exchange_rate.domain import ExcludedAmount
from services.scoring.facts.fact import repository as fact_repository
from services.scoring.facts.fact import service as fact_service
from services.scoring.facts.fact.changes import Changes
from services.scoring.facts.fact.domain import Cutoff
from services.scoring.figures.as_of.domain import PointInTime
from services.scoring.figures.score import domain, events, repository
from services.scoring.figures.score.models import Assignment, StoredScore
from services.scoring.modelling.value_model import repository as value_model_repository
from services.scoring.modelling.value_model.domain import ValueModel
from shared import clock, tracing
from shared.bulk import insert_rows
from shared.contracts.scoring.score import ScoreState
from shared.database import RowView
from shared.ids import new_id
from shared.messaging import outbox
from shared.messaging.tombstones import WithdrawalReason
from shared.money import format_decimal, sortable_text
from shared.publications.published import published_versions
from shared.settings import ServiceSettings

UNKNOWN = "No customer that you may see has this id."

NOUN = "scoring.score"
"""The name by which the events of scores are published again."""

_TIME_COLUMNS = {"as_of", "made_at"}
_SCORES = cast("Table", StoredScore.__table__)
_COMPUTED = [field.name for field in fields(domain.Score) if field.name in _SCORES.c]
"""Columns that are copied from the field of the same name of a computed score."""
_WRITTEN_BY_SETTLEMENT = ("customer_class", "assigned_class")
_UPDATED = set(_SCORES.c.keys()) - {"customer_id", *_WRITTEN_BY_SETTLEMENT}
_UPDATE = (
    update(_SCORES)
    .where(_SCORES.c.customer_id == bindparam("new_customer_id"))
    .values({name: bindparam(f"new_{name}") for name in _UPDATED})
)
"""The UPDATE of a stored score. (Writing thousands of model objects would take twice as long.)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputedScore:
    """A score computed for a point in time: as a row like a stored score, and by terms."""

    row: RowView
    terms: tuple[domain.TermPoints, ...]


def apply_changes(session: Session, changes: Changes, *, settings: ServiceSettings) -> None:
    """Write the changes that a batch of events asks for, and update the scores of its customers.

    Every customer whose facts may change is locked before the changes of facts are computed.
    """
    fact_service.write_amounts(session, changes.new_amounts)
    stored = fact_service.stored_versions(session, changes.facts)
    affected_ids = changes.customer_rows.keys() | changes.withdrawn.keys() | changes.affected_ids
    customer_ids = affected_ids | fact_service.customer_ids_of([*stored, *changes.facts])
    locked = lock_customers(session, customer_ids, changes.customer_rows)
    current = upsert_customers(session, locked, changes.customer_rows, changes.withdrawn)
    fact_changes = fact_service.find_changes(stored, changes.facts)
    fact_service.write_facts(session, fact_changes, changes.external_ids)
    fact_service.write_external_ids(session, stored, changes.external_ids)
    sort_id_changed = {id_ for id_ in locked if current[id_]["sort_id"] != locked[id_]["sort_id"]}
    customers = {id_: current[id_] for id_ in affected_ids | fact_changes.customer_ids}
    gone = {id_: why for id_, why in changes.withdrawn.items() if current[id_]["version"] is None}
    withdraw_scores(session, gone)
    refresh_scores(session, customers, settings=settings, sort_id_changed=sort_id_changed)


def withdraw_scores(session: Session, reasons: Mapping[UUID, WithdrawalReason]) -> None:
    """Withdraw the scores of customers who are not on record any more, and whom the caller locked.

    A row is retained, so that the next score of the customer has a higher version, but no answer
    shows it. `reasons` says, by customer id, why the customer was withdrawn.
    """
    stored = repository.stored_scores(session, reasons) if reasons else {}
    shown = [id_ for id_, row in sorted(stored.items()) if not row["withdrawn"]]
    if shown:
        moment = clock.now()
        rows = [{"customer_id": id_, "withdrawn": True, "unsettled_since": moment} for id_ in shown]
        session.execute(update(StoredScore), rows)
    for reason in WithdrawalReason:
        ids = [id_ for id_ in shown if reasons[id_] is reason]
        outbox.record_tombstones(session, ScoreState, ids, reason=reason)


def refresh_customers(
    session: Session, customer_ids: Collection[UUID], *, settings: ServiceSettings
) -> None:
    """Lock customers and recompute their scores, because days have passed."""
    refresh_scores(session, lock_customers(session, customer_ids), settings=settings)


def refresh_scores(
    session: Session,
    customers: Mapping[UUID, RowView],
    *,
    settings: ServiceSettings,
    sort_id_changed: Collection[UUID] = (),
) -> None:
    """Recompute the scores of customers whom the caller has locked; write and publish changes.

    Every score is computed from all facts of its customer, so that nothing depends on earlier
    computations. The scores of the customers in `sort_id_changed` are written even if no figure has
    changed: `sort_id` decides the rank among customers of equal value, and a written score makes
    the worker compute all classes again.
    """
    registered = {id_: row for id_, row in customers.items() if row["version"] is not None}
    if not registered:
        return
    moment = clock.now()
    today = clock.local_day(moment, settings.zone)
    compute = load_scorer(session, registered, moment, currency=settings.currency)
    stored = repository.stored_scores(session, registered)
    floors = published_versions(session, NOUN, registered.keys() - stored.keys())
    updates = [
        _ScoreUpdate(
            stored.get(customer_id),
            compute(customer_id, today) | {"made_at": moment},
            floor=floors.get(customer_id, 0),
        )
        for customer_id in sorted(registered)
    ]
    to_write = [
        each for each in updates if each.is_change or each.after["customer_id"] in sort_id_changed
    ]
    _write(session, to_write)
    _record_events(session, to_write)


class _ScoreUpdate:
    """A stored score before and after a recomputation; `before` is None for a new score.

    `floor` is the version that a new score exceeds: that of a score which was published before an
    older database was restored.

    `is_change` is True if a column other than `as_of` and `made_at` differs. `needs_event` is True
    if a figure that events carry differs, or if the score was withdrawn.
    """

    def __init__(self, before: RowView | None, after: dict[str, Any], *, floor: int) -> None:
        self.before = before
        self.needs_event = (
            before is None
            or before["withdrawn"]
            or events.score_figures(after) != events.score_figures(before)
        )
        self.is_change = self.needs_event or any(
            before is None or after[name] != before[name] for name in after.keys() - _TIME_COLUMNS
        )
        self.after = after | {
            "version": (before["version"] if before else floor) + self.needs_event,
            "assigned_rung": after["rung"],
            "unsettled_since": (before and before["unsettled_since"]) or after["made_at"],
            "traceparent": tracing.current_traceparent(),
            "withdrawn": False,
        }

    @property
    def rung_before(self) -> str | None:
        return self.before["assigned_rung"] if self.before else None


def load_scorer(
    session: Session, customers: Mapping[UUID, RowView], moment: datetime, *, currency: str
) -> Callable[[UUID, date], dict[str, Any]]:
    """Load facts, value model and exchange rates; return a function that computes scores from them.

    The returned function takes the id of one of these customers and the local day of the score. The
    result of the returned function is the score as values by column name.
    """
    facts = fact_repository.facts_in_force(session, customers)
    model = value_model_repository.model_for(session, moment)
    every_fact = (fact for own_facts in facts.values() for fact in own_facts)
    rates = rate_repository.rates_for(session, every_fact, target=currency)

    def compute(customer_id: UUID, as_of: date) -> dict[str, Any]:
        """Return the columns of a customer's score on a local day."""
        score = domain.score(
            facts.get(customer_id, ()),
            cutoff=Cutoff(as_of=as_of),
            rules=model.rules,
            rates=rates,
            disqualified=customers[customer_id]["disqualified"],
        )
        return _score_columns(customer_id, score, model=model, currency=currency, as_of=as_of)

    return compute


def compute_score(session: Session, customer: RowView, point_in_time: PointInTime) -> ComputedScore:
    """Compute the score of one customer from the customer's facts.

    `point_in_time` selects the facts, the value model and the currency of the score.
    """
    facts = fact_repository.facts_of_customer(session, customer["id"])
    model = value_model_repository.model_for(session, point_in_time.moment)
    currency, cutoff, rules = point_in_time.currency, point_in_time.cutoff, model.rules
    rates = rate_repository.rates_for(session, facts, target=currency)
    score = domain.score(
        facts, cutoff=cutoff, rules=rules, rates=rates, disqualified=customer["disqualified"]
    )
    return ComputedScore(
        row=_score_columns(
            customer["id"], score, model=model, currency=currency, as_of=cutoff.as_of
        ),
        terms=domain.explain(facts, cutoff=cutoff, rules=rules, rates=rates),
    )


def _score_columns(
    customer_id: UUID, score: domain.Score, *, model: ValueModel, currency: str, as_of: date
) -> dict[str, Any]:
    """Return a computed score as values by column name of the table of scores."""
    satisfaction = score.satisfaction
    return {name: getattr(score, name) for name in _COMPUTED} | {
        "customer_id": customer_id,
        "as_of": as_of,
        "model_id": model.model_id,
        "model_version": model.version,
        "currency": currency,
        "value_order": sortable_text(score.value_points),
        "rung": score.rung.value,
        "satisfaction_index": satisfaction and satisfaction.index,
        "satisfaction_n": satisfaction and satisfaction.n,
        "excluded": _excluded_documents(score.excluded),
        "recent_excluded": _excluded_documents(score.recent_excluded),
    }


def _excluded_documents(excluded: Iterable[ExcludedAmount]) -> list[dict[str, Any]]:
    """Return excluded amounts as JSON objects, with the amounts as text."""
    return [
        {"currency": each.currency, "facts": each.facts, "amount": format_decimal(each.amount)}
        for each in excluded
    ]


def _write(session: Session, updates: Sequence[_ScoreUpdate]) -> None:
    """Insert new scores without a class, and update the others."""
    no_class = dict.fromkeys(_WRITTEN_BY_SETTLEMENT)
    added = [each.after | no_class for each in updates if each.before is None]
    changed = [each.after for each in updates if each.before is not None]
    insert_rows(session, StoredScore, added)
    if changed:
        session.execute(_UPDATE, [_parameters(row) for row in changed])


def _parameters(row: RowView) -> dict[str, Any]:
    """Return the parameters of the statement `_UPDATE` for a row."""
    return {f"new_{name}": value for name, value in row.items()}


def _record_events(session: Session, updates: Iterable[_ScoreUpdate]) -> None:
    """Publish changed scores and rungs of the loyalty ladder; add the rungs to the history."""
    recorded: list[Any] = []
    rungs: dict[UUID, tuple[str | None, datetime]] = {}
    for each in updates:
        after = each.after
        if each.needs_event:
            recorded.append(events.score_changed(after))
        if each.rung_before != after["rung"]:
            recorded.append(events.rung_changed(after, before=each.rung_before))
            rungs[after["customer_id"]] = (after["rung"], after["made_at"])
    outbox.record_all(session, recorded)
    record_assignments(session, "rung", rungs)


def record_assignments(
    session: Session, aspect: str, values: Mapping[UUID, tuple[str | None, datetime]]
) -> None:
    """Add published classes, or rungs of the loyalty ladder, to the history.

    `aspect` is "class" or "rung". `values` has the class or rung of each customer, by customer id,
    with the moment at which it was published.
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

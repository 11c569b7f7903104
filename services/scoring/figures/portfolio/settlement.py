"""Settling (结算): compute the classes of all customers once changes pause, and store snapshots.

A settlement is one computation of the classes of all customers. A settlement reads all scores and
computes classes without locks, then writes the classes in chunks. A score that changes during the
settlement keeps `unsettled_since` and gets its class from the next settlement.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session

from services.scoring.facts.fact import repository as fact_repository
from services.scoring.figures.abc.domain import AbcBasis, AbcMethod, damped_class
from services.scoring.figures.as_of.service import point_in_time, today
from services.scoring.figures.portfolio import repository
from services.scoring.figures.portfolio.models import Snapshot
from services.scoring.figures.portfolio.schemas import abc_out, ladder_out
from services.scoring.figures.score import events
from services.scoring.figures.score import repository as score_repository
from services.scoring.figures.score.models import StoredScore
from services.scoring.figures.score.population import (
    Member,
    Population,
    population_at,
    population_of,
)
from services.scoring.figures.score.service import record_assignments
from shared import clock
from shared.contracts.scoring.score import CustomerClass
from shared.database import Database, RowView
from shared.messaging import outbox
from shared.row_access import SYSTEM_READER
from shared.settings import ServiceSettings

LADDER_SNAPSHOT = "ladder"
"""The name of the snapshot of the loyalty ladder."""

_CHUNK = 1000
_OVERLAP = timedelta(minutes=1)
"""Rows written up to this long before a snapshot make it outdated.

The transactions of these rows may have been committed after the snapshot was computed, if they took
that long.
"""

_WRITTEN = ("customer_id", "version", "customer_class", "assigned_class", "unsettled_since")
"""The columns of a score that a settlement writes; the first one is the key."""


class _ScoreBefore(NamedTuple):
    """The columns of a score, as read before the settlement.

    `customer_class` is the class computed last, `assigned_class` the class published last.
    """

    customer_id: UUID
    made_at: datetime
    unsettled_since: datetime | None
    customer_class: str | None
    assigned_class: str | None


class _NewClasses(NamedTuple):
    """The class that a settlement has computed for a score, and the class to publish."""

    before: _ScoreBefore
    customer_class: CustomerClass | None
    assigned_class: CustomerClass | None

    @property
    def is_change(self) -> bool:
        """Whether the computed class or the published class differs from the previous one."""
        return (self.customer_class, self.assigned_class) != (
            self.before.customer_class,
            self.before.assigned_class,
        )


def is_due(session: Session, *, settings: ServiceSettings, after: float, within: float) -> bool:
    """Return whether it is time for a settlement (computing the classes of all customers).

    If scores have changed, it is time `after` seconds after the last change, and in any case
    `within` seconds after the first change since the last settlement. If no score has changed, it
    is time if there is no snapshot for today yet.
    """
    unsettled = score_repository.unsettled(session)
    if not unsettled["scores"]:
        return not _has_snapshot(session, today(settings))
    now = clock.now()
    quiet, waited = now - unsettled["last"], now - unsettled["first"]
    return bool(quiet >= timedelta(seconds=after) or waited >= timedelta(seconds=within))


def _has_snapshot(session: Session, day: date) -> bool:
    """Return whether there is a snapshot for this day or a later one."""
    latest = repository.latest_snapshot(session, LADDER_SNAPSHOT)
    return latest is not None and latest.as_of >= day


def settle(database: Database, *, settings: ServiceSettings) -> int:
    """Compute the classes of all customers, publish the changed classes and store snapshots.

    Return the number of scores that have a new class, or had changed since the last settlement.
    """
    started = clock.now()
    members: list[Member] = []
    before: list[_ScoreBefore] = []
    with database.streaming() as session:
        for row in score_repository.population(session, SYSTEM_READER, streamed=True):
            members.append(Member.of_row(row))
            before.append(_ScoreBefore._make(row[name] for name in _ScoreBefore._fields))
        population = population_of(session, members, point_in_time(settings, today(settings)))
    settled = [
        each
        for each in _new_classes(before, population)
        if each.is_change or each.before.unsettled_since
    ]
    for start in range(0, len(settled), _CHUNK):
        with database.transaction() as session:
            _publish(session, settled[start : start + _CHUNK])
    with database.transaction() as session:
        _settle_withdrawn(session, up_to=started)
        _store_snapshots(session, population)
        _delete_snapshots(session, before=today(settings))
    return len(settled)


def store_month_end(database: Database, *, settings: ServiceSettings) -> bool:
    """Store snapshots of the last day of the previous month, unless they exist and are up to date.

    Return whether snapshots were stored.
    """
    end = today(settings).replace(day=1) - timedelta(days=1)
    with database.reading() as session:
        if is_up_to_date(session, repository.snapshot(session, LADDER_SNAPSHOT, end)):
            return False
        population = population_at(session, SYSTEM_READER, point_in_time(settings, end))
    with database.transaction() as session:
        _store_snapshots(session, population)
    return True


def is_up_to_date(session: Session, snapshot: Snapshot | None) -> bool:
    """Return whether no row that the snapshot includes was written after it was computed."""
    return snapshot is not None and not fact_repository.changed_since(
        session, snapshot.made_at - _OVERLAP, up_to=snapshot.as_of
    )


def _new_classes(before: Sequence[_ScoreBefore], population: Population) -> Iterable[_NewClasses]:
    """Yield the computed class and the class to publish of each score in `before`."""
    rule = population.model.rules.classes
    classes = population.classes()
    buyers = population.ranking(AbcBasis.PROFIT).buyers
    ranks = {buyer.customer_id: rank for rank, buyer in enumerate(buyers)}
    for each in before:
        rank = ranks.get(each.customer_id)
        if rank is None:
            yield _NewClasses(each, None, None)
            continue
        published = CustomerClass(each.assigned_class) if each.assigned_class else None
        computed = classes[each.customer_id]
        assigned = damped_class(
            published, computed, buyer=buyers[rank], rank=rank, n=len(ranks), rule=rule
        )
        yield _NewClasses(each, computed, assigned)


def _publish(session: Session, settled: Sequence[_NewClasses]) -> None:
    """Write and publish new classes, except for scores recomputed since the settlement began."""
    rows = score_repository.lock_scores(session, [each.before.customer_id for each in settled])
    changes = [
        (each.before, _after(each, row))
        for each in settled
        if (row := rows.get(each.before.customer_id)) and row["made_at"] == each.before.made_at
    ]
    if changes:
        columns = [{name: after[name] for name in _WRITTEN} for _, after in changes]
        session.execute(update(StoredScore), columns)
    moment = clock.now()
    reclassified = [
        (before, after)
        for before, after in changes
        if after["assigned_class"] != before.assigned_class
    ]
    caused: list[tuple[Any, str | None]] = [
        (events.class_changed(after, moment, before=before.assigned_class), _cause(before, after))
        for before, after in reclassified
    ]
    caused += [(events.score_state(after), _cause(before, after)) for before, after in changes]
    outbox.record_caused(session, caused)
    classes = {after["customer_id"]: (after["assigned_class"], moment) for _, after in reclassified}
    record_assignments(session, "class", classes)


def _cause(before: _ScoreBefore, after: RowView) -> str | None:
    """Return the trace of the change of a score; None if only other scores have changed."""
    traceparent: str | None = after["traceparent"] if before.unsettled_since else None
    return traceparent


def _settle_withdrawn(session: Session, *, up_to: datetime) -> None:
    """Flag scores that were withdrawn before a settlement began as settled without a class."""
    statement = update(StoredScore).where(
        StoredScore.withdrawn, StoredScore.unsettled_since <= up_to
    )
    session.execute(statement.values(unsettled_since=None, customer_class=None))


def _after(settled: _NewClasses, row: RowView) -> RowView:
    """Return the row of a score with its new classes."""
    return {
        **row,
        "version": row["version"] + settled.is_change,
        "customer_class": settled.customer_class,
        "assigned_class": settled.assigned_class,
        "unsettled_since": None,
    }


def abc_snapshot_name(method: AbcMethod, requested: AbcBasis) -> str:
    """Return the name of the snapshot of the ABC table with this method and basis of value."""
    return f"abc.{method}.{requested}"


def _store_snapshots(session: Session, population: Population) -> None:
    """Store the ladder and every ABC table of a population as snapshots of its day."""
    bodies: dict[str, Any] = {LADDER_SNAPSHOT: ladder_out(population)}
    for method in AbcMethod:
        for requested in AbcBasis:
            bodies[abc_snapshot_name(method, requested)] = abc_out(
                population, method=method, requested=requested
            )
    day = population.point_in_time.cutoff.as_of
    rows = [
        {
            "name": name,
            "as_of": day,
            "made_at": population.made_at,
            "document": body.model_dump(mode="json"),
        }
        for name, body in bodies.items()
    ]
    session.execute(delete(Snapshot).where(Snapshot.as_of == day))
    session.execute(insert(Snapshot), rows)


def _delete_snapshots(session: Session, *, before: date) -> None:
    """Delete the snapshots of days earlier than `before`, except of the last days of months."""
    days = repository.snapshot_days(session, before=before)
    outdated = [day for day in days if (day + timedelta(days=1)).day != 1]
    if outdated:
        session.execute(delete(Snapshot).where(Snapshot.as_of.in_(outdated)))

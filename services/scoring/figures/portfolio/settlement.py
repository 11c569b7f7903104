"""Settling (结算): compute the classes of all customers once changes pause, and store snapshots.

Rows are read and classes computed without a lock, then written in chunks. A score that changed
meanwhile stays unsettled and is left to the next settlement.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session

from services.scoring.facts.fact import repository as fact_repository
from services.scoring.figures.abc.domain import Basis, CustomerClass, Method, damped_class
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
from services.scoring.models import Row
from shared import clock
from shared.database import Database
from shared.messaging import outbox
from shared.row_access import SYSTEM_READER
from shared.settings import ServiceSettings

LADDER = "ladder"
"""Name of the snapshot of the ladder."""

_CHUNK = 1000
_OVERLAP = timedelta(minutes=1)
"""The longest time for which a transaction may have run that was committed after a snapshot."""

_WRITTEN = ("customer_id", "version", "customer_class", "assigned_class", "unsettled_since")
"""The columns of a score that a settlement writes, after its key."""


class _Before(NamedTuple):
    """The class of a score before the settlement, computed and published, and its moments."""

    customer_id: UUID
    made_at: datetime
    unsettled_since: datetime | None
    customer_class: str | None
    assigned_class: str | None


class _Settled(NamedTuple):
    """The class that a settlement computed for a score, and the one to publish."""

    before: _Before
    customer_class: CustomerClass | None
    assigned_class: CustomerClass | None

    @property
    def is_change(self) -> bool:
        """Return whether the computed or the published class is another than before."""
        return (self.customer_class, self.assigned_class) != (
            self.before.customer_class,
            self.before.assigned_class,
        )


def is_due(session: Session, *, settings: ServiceSettings, after: float, within: float) -> bool:
    """Return whether it is time to settle.

    It is `after` seconds after the last change, or `within` seconds after the first one that is not
    settled; without changes, when a day began that has no snapshot.
    """
    unsettled = score_repository.unsettled(session)
    if not unsettled["scores"]:
        return _is_outdated(session, today(settings))
    now = clock.now()
    quiet, waited = now - unsettled["last"], now - unsettled["first"]
    return bool(quiet >= timedelta(seconds=after) or waited >= timedelta(seconds=within))


def _is_outdated(session: Session, day: date) -> bool:
    last = repository.latest_snapshot(session, LADDER)
    return last is None or last.as_of < day


def settle(database: Database, *, settings: ServiceSettings) -> int:
    """Compute the classes of today, publish the changed ones and store snapshots.

    Return how many scores were settled.
    """
    members: list[Member] = []
    before: list[_Before] = []
    with database.streaming() as session:
        for row in score_repository.population(session, SYSTEM_READER, streamed=True):
            members.append(Member.of_row(row))
            before.append(_Before._make(row[name] for name in _Before._fields))
        population = population_of(session, members, point_in_time(settings, today(settings)))
    settled = [
        each
        for each in _settled(before, population)
        if each.is_change or each.before.unsettled_since
    ]
    for start in range(0, len(settled), _CHUNK):
        with database.transaction() as session:
            _publish(session, settled[start : start + _CHUNK])
    with database.transaction() as session:
        _store_snapshots(session, population)
        _delete_snapshots(session, before=today(settings))
    return len(settled)


def store_month_end(database: Database, *, settings: ServiceSettings) -> bool:
    """Store snapshots of the last day of the month before, unless there are up-to-date ones.

    Return whether they were stored.
    """
    end = today(settings).replace(day=1) - timedelta(days=1)
    with database.reading() as session:
        if is_up_to_date(session, repository.snapshot(session, LADDER, end)):
            return False
        population = population_at(session, SYSTEM_READER, point_in_time(settings, end))
    with database.transaction() as session:
        _store_snapshots(session, population)
    return True


def is_up_to_date(session: Session, snapshot: Snapshot | None) -> bool:
    """Return whether nothing that a snapshot counts was written after it."""
    return snapshot is not None and not fact_repository.changed_since(
        session, snapshot.made_at - _OVERLAP, up_to=snapshot.as_of
    )


def _settled(before: Sequence[_Before], population: Population) -> Iterable[_Settled]:
    rule = population.model.rules.classes
    classes = population.classes()
    buyers = population.ranking(Basis.PROFIT).buyers
    ranks = {buyer.customer_id: rank for rank, buyer in enumerate(buyers)}
    for each in before:
        rank = ranks.get(each.customer_id)
        if rank is None:
            yield _Settled(each, None, None)
            continue
        published = CustomerClass(each.assigned_class) if each.assigned_class else None
        computed = classes[each.customer_id]
        assigned = damped_class(
            published, computed, buyer=buyers[rank], rank=rank, n=len(ranks), rule=rule
        )
        yield _Settled(each, computed, assigned)


def _publish(session: Session, settled: Sequence[_Settled]) -> None:
    """Write and publish the classes of those scores that have not been computed again meanwhile."""
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
    class_events: list[Any] = [
        events.class_changed(after, moment, before=before.assigned_class)
        for before, after in reclassified
    ]
    outbox.record_all(session, class_events + [events.score_state(after) for _, after in changes])
    classes = {after["customer_id"]: (after["assigned_class"], moment) for _, after in reclassified}
    record_assignments(session, "class", classes)


def _after(settled: _Settled, row: Row) -> Row:
    return {
        **row,
        "version": row["version"] + settled.is_change,
        "customer_class": settled.customer_class,
        "assigned_class": settled.assigned_class,
        "unsettled_since": None,
    }


def abc_name(method: Method, wanted: Basis) -> str:
    """Return the name of the snapshot of an ABC table."""
    return f"abc.{method}.{wanted}"


def _store_snapshots(session: Session, population: Population) -> None:
    """Store the ladder and every ABC table of a population as snapshots of its day."""
    bodies: dict[str, Any] = {LADDER: ladder_out(population)}
    for method in Method:
        for wanted in Basis:
            bodies[abc_name(method, wanted)] = abc_out(population, method=method, wanted=wanted)
    day = population.point_in_time.horizon.as_of
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
    """Delete the snapshots of days before one, but those of the last day of a month."""
    days = repository.days(session, before=before)
    outdated = [day for day in days if (day + timedelta(days=1)).day != 1]
    if outdated:
        session.execute(delete(Snapshot).where(Snapshot.as_of.in_(outdated)))

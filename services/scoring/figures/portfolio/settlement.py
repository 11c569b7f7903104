"""Settling (结算): classes are cut for the whole population once it is quiet, snapshots are kept.

It reads and computes without holding anything, then writes in chunks; a score that was made anew
meanwhile stays unsettled and is left to the next settlement.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session

from services.scoring.facts.fact import repository as fact_repository
from services.scoring.figures.abc.domain import Basis, CustomerClass, Member, Method, kept_class
from services.scoring.figures.as_of.service import question, today
from services.scoring.figures.portfolio import repository
from services.scoring.figures.portfolio.models import Snapshot
from services.scoring.figures.portfolio.schemas import abc_out, ladder_out
from services.scoring.figures.score import events
from services.scoring.figures.score import repository as score_repository
from services.scoring.figures.score.models import KeptScore
from services.scoring.figures.score.population import (
    Population,
    member_of,
    population_at,
    population_of,
)
from services.scoring.figures.score.service import assign
from services.scoring.models import Row
from shared import clock
from shared.database import Database
from shared.messaging import outbox
from shared.row_access import SYSTEM_READER
from shared.settings import ServiceSettings

_CHUNK = 1000
_OVERLAP = timedelta(minutes=1)
"""How long a transaction may have run that wrote before a snapshot and was committed after it."""


_SETTLED = ("customer_id", "version", "customer_class", "assigned_class", "unsettled_since")
"""The columns that a settlement writes."""


class _Kept(NamedTuple):
    """What was published of a kept score, and which one it was."""

    customer_id: UUID
    made_at: datetime
    unsettled_since: datetime | None
    customer_class: str | None
    assigned_class: str | None


class _Cut(NamedTuple):
    """The class that was cut for a kept score, and the one to publish."""

    kept: _Kept
    computed: CustomerClass | None
    assigned: CustomerClass | None

    @property
    def moved(self) -> bool:
        """Tell whether another class is computed or to be published than before."""
        before = (self.kept.customer_class, self.kept.assigned_class)
        return (self.computed, self.assigned) != before


def is_due(session: Session, *, settings: ServiceSettings, after: float, within: float) -> bool:
    """Tell whether changes wait that have been quiet for long enough, or waited too long."""
    waiting = score_repository.unsettled(session)
    if not waiting["scores"]:
        return _outdated(session, today(settings))
    now = clock.now()
    quiet, waited = now - waiting["last"], now - waiting["first"]
    return bool(quiet >= timedelta(seconds=after) or waited >= timedelta(seconds=within))


def _outdated(session: Session, day: date) -> bool:
    last = repository.latest_snapshot(session, LADDER)
    return last is None or last.as_of < day


def settle(database: Database, *, settings: ServiceSettings) -> int:
    """Cut the classes of today, publish what moved, keep the answers; tell how many scores."""
    members: list[Member] = []
    kept: list[_Kept] = []
    with database.streaming() as session:
        for row in score_repository.population(session, SYSTEM_READER, streamed=True):
            members.append(member_of(row))
            kept.append(_Kept._make(row[name] for name in _Kept._fields))
        population = population_of(members, session, question(settings, today(settings)))
    cuts = [cut for cut in _cuts(kept, population) if cut.moved or cut.kept.unsettled_since]
    for start in range(0, len(cuts), _CHUNK):
        with database.transaction() as session:
            _publish(session, cuts[start : start + _CHUNK])
    with database.transaction() as session:
        _keep(session, population)
        _forget(session, before=today(settings))
    return len(cuts)


def keep_month_end(database: Database, *, settings: ServiceSettings) -> bool:
    """Keep the answers of the last day of the month before, unless they are kept and still true."""
    end = today(settings).replace(day=1) - timedelta(days=1)
    with database.reading() as session:
        if still_true(session, repository.snapshot(session, LADDER, end)):
            return False
        population = population_at(session, SYSTEM_READER, question(settings, end))
    with database.transaction() as session:
        _keep(session, population)
    return True


def still_true(session: Session, snapshot: Snapshot | None) -> bool:
    """Tell whether nothing has been recorded since that reaches back to a snapshot's day."""
    return snapshot is not None and not fact_repository.changed_since(
        session, snapshot.made_at - _OVERLAP, up_to=snapshot.as_of
    )


def _cuts(kept: Sequence[_Kept], population: Population) -> Iterable[_Cut]:
    rule = population.model.rules.classes
    computed = population.classes()
    buyers = population.ranking(Basis.PROFIT).buyers
    places = {buyer.customer_id: place for place, buyer in enumerate(buyers)}
    for each in kept:
        place = places.get(each.customer_id)
        if place is None:
            yield _Cut(each, None, None)
            continue
        before = CustomerClass(each.assigned_class) if each.assigned_class else None
        now = computed[each.customer_id]
        assigned = kept_class(
            before, now, buyer=buyers[place], place=place, n=len(places), rule=rule
        )
        yield _Cut(each, now, assigned)


def _publish(session: Session, cuts: Sequence[_Cut]) -> None:
    """Keep and tell the classes of those scores that have not been made anew meanwhile."""
    rows = score_repository.kept_scores_for_change(session, [cut.kept.customer_id for cut in cuts])
    still = [
        (cut, row)
        for cut in cuts
        if (row := rows.get(cut.kept.customer_id)) and row["made_at"] == cut.kept.made_at
    ]
    settled = [_settled(cut, row) for cut, row in still]
    if settled:
        session.execute(update(KeptScore), [{n: row[n] for n in _SETTLED} for row in settled])
    moment = clock.now()
    changed = [
        (row, cut.kept.assigned_class)
        for (cut, _), row in zip(still, settled, strict=True)
        if cut.assigned != cut.kept.assigned_class
    ]
    told: list[Any] = [events.class_changed(row, moment, before=before) for row, before in changed]
    outbox.record_all(session, told + [events.score_state(row) for row in settled])
    assign(
        session,
        "class",
        {row["customer_id"]: (row["assigned_class"], moment) for row, _ in changed},
    )


def _settled(cut: _Cut, row: Row) -> Row:
    return {
        **row,
        "version": row["version"] + cut.moved,
        "customer_class": cut.computed,
        "assigned_class": cut.assigned,
        "unsettled_since": None,
    }


LADDER = "ladder"


def abc_name(method: Method, wanted: Basis) -> str:
    """Name the snapshot of an ABC table."""
    return f"abc.{method}.{wanted}"


def _keep(session: Session, population: Population) -> None:
    """Keep the answers of a population as snapshots of its day."""
    bodies: dict[str, Any] = {LADDER: ladder_out(population)}
    for method in Method:
        for wanted in Basis:
            bodies[abc_name(method, wanted)] = abc_out(population, method=method, wanted=wanted)
    day = population.question.horizon.as_of
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


def _forget(session: Session, *, before: date) -> None:
    """Forget the snapshots of days that are no month's last."""
    passed = repository.days(session, before=before)
    gone = [day for day in passed if (day + timedelta(days=1)).day != 1]
    if gone:
        session.execute(delete(Snapshot).where(Snapshot.as_of.in_(gone)))

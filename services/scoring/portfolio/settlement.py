"""Settling (结算): classes are cut for the whole population once it is quiet, snapshots are kept.

It reads and computes without holding anything, then writes in chunks; a score that was made anew
meanwhile stays unsettled and is left to the next settlement.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session

from services.scoring.customer.repository import Columns
from services.scoring.fact import repository as fact_repository
from services.scoring.model import repository as model_repository
from services.scoring.portfolio import repository
from services.scoring.portfolio.domain import (
    Basis,
    CustomerClass,
    Method,
    buyers_of,
    kept_class,
    rank,
)
from services.scoring.portfolio.models import Snapshot
from services.scoring.portfolio.schemas import abc_body, ladder_body
from services.scoring.portfolio.service import Population, member_of, population_at
from services.scoring.score import repository as score_repository
from services.scoring.score.domain import Question
from services.scoring.score.models import KeptScore
from services.scoring.score.service import assign, told
from shared import clock
from shared.contracts.scoring import ClassChanged, ScoreState
from shared.database import Database
from shared.messaging import outbox
from shared.reader import EVERYTHING
from shared.settings import ServiceSettings

_CHUNK = 1000
_OVERLAP = timedelta(minutes=1)
"""How long a transaction may have run that wrote before a snapshot and was committed after it."""


@dataclass(frozen=True, slots=True)
class _Cut:
    """A kept score, the class that was cut for it, and the one to publish."""

    row: Columns
    computed: CustomerClass | None
    assigned: CustomerClass | None

    @property
    def moved(self) -> bool:
        """Tell whether another class is computed or to be published than before."""
        before = (self.row["customer_class"], self.row["assigned_class"])
        return (self.computed, self.assigned) != before


def is_due(session: Session, *, settings: ServiceSettings, after: float, within: float) -> bool:
    """Tell whether changes wait that have been quiet for long enough, or waited too long."""
    waiting = score_repository.unsettled(session)
    if not waiting["scores"]:
        return _outdated(session, _today(settings))
    now = clock.now()
    quiet, waited = now - waiting["last"], now - waiting["first"]
    return bool(quiet >= timedelta(seconds=after) or waited >= timedelta(seconds=within))


def _outdated(session: Session, day: date) -> bool:
    last = repository.latest_snapshot(session, LADDER)
    return last is None or last.as_of < day


def settle(database: Database, *, settings: ServiceSettings) -> int:
    """Cut the classes of today, publish what moved, keep the answers; tell how many scores."""
    with database.reading() as session:
        rows = score_repository.population(session, EVERYTHING)
        population = Population(
            question=_about(_today(settings), settings),
            members=[member_of(row) for row in rows],
            model=model_repository.model_for(session, clock.now()),
            made_at=clock.now(),
        )
    cuts = [cut for cut in _cuts(rows, population) if cut.moved or cut.row["unsettled_since"]]
    for start in range(0, len(cuts), _CHUNK):
        with database.transaction() as session:
            _publish(session, cuts[start : start + _CHUNK])
    with database.transaction() as session:
        _keep(session, population)
        _forget(session, before=_today(settings))
    return len(cuts)


def keep_month_end(database: Database, *, settings: ServiceSettings) -> bool:
    """Keep the answers of the last day of the month before, unless they are kept and still true."""
    end = _today(settings).replace(day=1) - timedelta(days=1)
    with database.reading() as session:
        if still_true(session, repository.snapshot(session, LADDER, end)):
            return False
        population = population_at(session, EVERYTHING, _about(end, settings))
    with database.transaction() as session:
        _keep(session, population)
    return True


def still_true(session: Session, snapshot: Snapshot | None) -> bool:
    """Tell whether nothing has been recorded since that reaches back to a snapshot's day."""
    return snapshot is not None and not fact_repository.changed_since(
        session, snapshot.made_at - _OVERLAP, up_to=snapshot.as_of
    )


def _cuts(rows: Sequence[Columns], population: Population) -> Iterable[_Cut]:
    rule = population.model.rules.classes
    computed = population.classes()
    _, buyers = buyers_of(population.members, Basis.PROFIT)
    places = {buyer.customer_id: (at, buyer) for at, buyer in enumerate(rank(buyers))}
    for row in rows:
        customer_id = row["customer_id"]
        if customer_id not in places:
            yield _Cut(row, None, None)
            continue
        at, buyer = places[customer_id]
        before = row["assigned_class"] and CustomerClass(row["assigned_class"])
        now = computed[customer_id]
        kept = kept_class(before, now, buyer=buyer, place=at, n=len(places), rule=rule)
        yield _Cut(row, now, kept)


def _publish(session: Session, cuts: Sequence[_Cut]) -> None:
    """Keep and tell the classes of those scores that have not been made anew meanwhile."""
    made = score_repository.locked_moments(session, [cut.row["customer_id"] for cut in cuts])
    still = [cut for cut in cuts if made.get(cut.row["customer_id"]) == cut.row["made_at"]]
    moment = clock.now()
    session.execute(update(KeptScore), [_columns(cut) for cut in still])
    changed = [cut for cut in still if cut.assigned != cut.row["assigned_class"]]
    events: list[Any] = [_class_changed(cut, moment) for cut in changed]
    events += [_state(cut) for cut in still]
    outbox.record_all(session, events)
    assign(session, "class", {cut.row["customer_id"]: (cut.assigned, moment) for cut in changed})


def _columns(cut: _Cut) -> dict[str, Any]:
    return {
        "customer_id": cut.row["customer_id"],
        "version": cut.row["version"] + cut.moved,
        "customer_class": cut.computed,
        "assigned_class": cut.assigned,
        "unsettled_since": None,
    }


def _class_changed(cut: _Cut, moment: datetime) -> ClassChanged:
    return ClassChanged(
        customer_id=cut.row["customer_id"],
        version=cut.row["version"] + cut.moved,
        recorded_at=moment,
        before=cut.row["assigned_class"],
        customer_class=cut.assigned,
    )


def _state(cut: _Cut) -> ScoreState:
    facts = told(cut.row) | {"version": cut.row["version"] + cut.moved}
    return ScoreState(**facts, customer_class=cut.computed)


LADDER = "ladder"


def abc_name(method: Method, wanted: Basis) -> str:
    """Name the snapshot of an ABC table."""
    return f"abc.{method}.{wanted}"


def _keep(session: Session, population: Population) -> None:
    """Keep the answers of a population as snapshots of its day."""
    bodies: dict[str, Any] = {LADDER: ladder_body(population)}
    for method in Method:
        for wanted in Basis:
            bodies[abc_name(method, wanted)] = abc_body(population, method=method, wanted=wanted)
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


def _about(day: date, settings: ServiceSettings) -> Question:
    return Question.about(day, currency=settings.currency, zone=settings.zone, now=clock.now())


def _today(settings: ServiceSettings) -> date:
    return clock.local_day(clock.now(), settings.zone)

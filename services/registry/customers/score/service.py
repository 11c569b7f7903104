"""Use cases of the scores of customers: create their rows, apply the events of scoring.

A score is no part of its customer: writing one changes neither the version of the customer nor its
history, and publishes no event.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from operator import itemgetter
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from services.registry.customers.score.models import Score
from shared import projections
from shared.bulk import insert_rows
from shared.contracts.scoring.score import ScoreState
from shared.database import Row, RowView, dialect_insert
from shared.messaging.tombstones import Tombstone
from shared.money import sortable_text

_OF_THE_CUSTOMER = {"id", "owner", "team"}
_NO_SCORE: dict[str, Any] = {
    **dict.fromkeys(set(Score.__table__.c.keys()) - _OF_THE_CUSTOMER),
    "version": 0,
    "value_order": "",
}
"""The columns of a score before the first score of its customer arrives."""


def create_scores(session: Session, customers: Iterable[RowView]) -> None:
    """Insert the rows, without a score, of new customers, given by their `id`, `owner`, `team`."""
    rows = [{**customer, "version": 0, "value_order": ""} for customer in customers]
    insert_rows(session, Score, rows)


def copy_owners(session: Session, customers: Sequence[RowView]) -> None:
    """Copy the `owner` and `team` of customers, given by their `id`, to the rows of their scores.

    A missing row is created. The caller has locked the customers. The rows are written in the order
    of their ids, the order in which the handler of scores locks them.
    """
    insert = dialect_insert(session, Score)
    copied = {name: insert.excluded[name] for name in ("owner", "team")}
    statement = insert.on_conflict_do_update(index_elements=["id"], set_=copied)
    session.execute(statement, sorted(map(dict, customers), key=itemgetter("id")))


def apply_score_states(session: Session, events: Iterable[ScoreState | Tombstone]) -> None:
    """Store the newest score of each customer in these events; remove withdrawn scores.

    A score with a lower version than the stored one, or of a customer without a row, is ignored.
    """
    rows, withdrawn = projections.newest(events, _row)
    locked = projections.lock_existing_rows(session, Score, rows.keys() | withdrawn.keys())
    blank = [{"id": id_} | _NO_SCORE for id_ in sorted(withdrawn.keys() & locked.keys())]
    if blank:
        session.execute(update(Score), blank)
    stored = {id_: {**row, **_NO_SCORE} if id_ in withdrawn else row for id_, row in locked.items()}
    of_known_customers = {id_: row for id_, row in rows.items() if id_ in locked}
    projections.upsert_newer(session, Score, stored, of_known_customers)


def _row(event: ScoreState) -> Row:
    """Return the columns of the table of scores that an event describes."""
    value_points = Decimal(event.value_points)
    return {
        "id": event.customer_id,
        "version": event.version,
        "value_order": sortable_text(value_points),
        "value_points": value_points,
        "customer_class": event.customer_class,
        "rung": event.rung,
        "silent": event.silent,
        "currency": event.currency,
        "as_of": event.as_of,
        "made_at": event.recorded_at,
    }

"""The digest of the copies of scores, which must equal the scores of the scoring service."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from services.registry.customers.score.models import Score
from shared.reconciliation import Digest, Range, Record, select_records

FIELDS = (Score.version, Score.value_points, Score.customer_class, Score.rung)


def records(session: Session, within: Range) -> Iterator[Record]:
    """Yield the version, points, class and rung of each score."""
    return select_records(session, Score.id, FIELDS, within, Score.version > 0)


DIGEST = Digest(noun="scoring.score", records=records)

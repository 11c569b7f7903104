"""The digest of scores: the fields that the copies in the registry must equal."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from services.scoring.figures.score.models import StoredScore
from shared.reconciliation import Digest, Range, Record, select_records

FIELDS = (
    StoredScore.version,
    StoredScore.value_points,
    StoredScore.customer_class,
    StoredScore.rung,
)


def records(session: Session, within: Range) -> Iterator[Record]:
    """Yield the version, points, class and rung of each score that is not withdrawn."""
    return select_records(
        session, StoredScore.customer_id, FIELDS, within, StoredScore.withdrawn.is_(False)
    )


DIGEST = Digest(noun="scoring.score", records=records)

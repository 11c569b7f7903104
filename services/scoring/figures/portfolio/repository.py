"""Every SELECT on snapshots."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.scoring.figures.portfolio.models import Snapshot


def latest_snapshot(session: Session, name: str) -> Snapshot | None:
    """Return the latest snapshot with this name, or None."""
    statement = select(Snapshot).where(Snapshot.name == name).order_by(Snapshot.as_of.desc())
    return session.scalars(statement.limit(1)).first()


def snapshot(session: Session, name: str, as_of: date) -> Snapshot | None:
    """Return the snapshot with this name for the day `as_of`, or None."""
    return session.get(Snapshot, (name, as_of))


def snapshot_days(session: Session, *, before: date) -> list[date]:
    """Return the days earlier than `before` for which there are snapshots."""
    statement = select(Snapshot.as_of).where(Snapshot.as_of < before).distinct()
    return list(session.scalars(statement))

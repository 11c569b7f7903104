"""Every SELECT on snapshots."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.scoring.figures.portfolio.models import Snapshot


def latest_snapshot(session: Session, name: str) -> Snapshot | None:
    """Find the snapshot of the latest day."""
    statement = select(Snapshot).where(Snapshot.name == name).order_by(Snapshot.as_of.desc())
    return session.scalars(statement.limit(1)).first()


def snapshot(session: Session, name: str, as_of: date) -> Snapshot | None:
    """Find the snapshot of a day."""
    return session.get(Snapshot, (name, as_of))


def days(session: Session, *, before: date) -> list[date]:
    """List the days before one that have snapshots."""
    statement = select(Snapshot.as_of).where(Snapshot.as_of < before).distinct()
    return list(session.scalars(statement))

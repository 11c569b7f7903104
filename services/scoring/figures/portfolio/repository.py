"""Every SELECT on snapshots."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.scoring.figures.portfolio.models import Snapshot


def latest_snapshot(session: Session, name: str) -> Snapshot | None:
    """Return the snapshot of this name of the latest day; None if there is none."""
    statement = select(Snapshot).where(Snapshot.name == name).order_by(Snapshot.as_of.desc())
    return session.scalars(statement.limit(1)).first()


def snapshot(session: Session, name: str, as_of: date) -> Snapshot | None:
    """Return the snapshot of this name and day; None if there is none."""
    return session.get(Snapshot, (name, as_of))


def days(session: Session, *, before: date) -> list[date]:
    """Return the days before one that have snapshots."""
    statement = select(Snapshot.as_of).where(Snapshot.as_of < before).distinct()
    return list(session.scalars(statement))

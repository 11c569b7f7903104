"""The one statement that both databases have and SQLAlchemy's core has not."""

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from services.survey.models import Model


def insert(session: Session, model: type[Model]) -> Any:
    """Begin an INSERT that can say what to do ON CONFLICT."""
    dialect = session.get_bind().dialect.name
    return (sqlite if dialect == "sqlite" else postgresql).insert(model)

"""The table of teams."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from services.gateway.models import Model
from shared.database import Moment, sorted_text


class Team(Model):
    """A team; every change adds 1 to `version`."""

    __tablename__ = "teams"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    version: Mapped[int]
    name: Mapped[str] = mapped_column(sorted_text(200))
    created_at: Mapped[datetime] = mapped_column(Moment)
    changed_at: Mapped[datetime] = mapped_column(Moment)


Index("ix_teams_created_at_id", Team.created_at, Team.id)
Index("ix_teams_name_id", Team.name, Team.id)

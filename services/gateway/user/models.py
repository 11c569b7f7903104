"""The table of users."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from services.gateway.models import Model
from services.gateway.team.models import Team
from shared.database import Moment, sorted_text


class User(Model):
    """A user; every change adds 1 to `version`. A user who has left is not `active`."""

    __tablename__ = "users"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    version: Mapped[int]
    name: Mapped[str] = mapped_column(sorted_text(200))
    team: Mapped[UUID | None] = mapped_column(ForeignKey(Team.id))
    active: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(Moment)
    changed_at: Mapped[datetime] = mapped_column(Moment)


Index("ix_users_created_at_id", User.created_at, User.id)
Index("ix_users_name_id", User.name, User.id)
Index("ix_users_team_created_at_id", User.team, User.created_at, User.id)
Index("ix_users_team_name_id", User.team, User.name, User.id)

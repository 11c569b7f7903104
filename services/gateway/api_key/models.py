"""The table of API keys."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from services.gateway.models import Model
from shared.database import Json, Moment, sorted_text


class ApiKey(Model):
    """An API key and what it permits; a digest is stored instead of its text.

    `team` and `user` are ids, as texts, because customers have them so.
    """

    __tablename__ = "api_keys"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    name: Mapped[str] = mapped_column(sorted_text(200))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[str]] = mapped_column(Json)
    rows: Mapped[str] = mapped_column(String(4))
    team: Mapped[str | None] = mapped_column(String(100))
    user: Mapped[str | None] = mapped_column(String(36))
    created_at: Mapped[datetime] = mapped_column(Moment)
    created_by: Mapped[str] = mapped_column(String(100))
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)


Index("ix_api_keys_name_id", ApiKey.name, ApiKey.id)

"""The table of value models."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from services.scoring.models import Model
from shared.database import Json, Moment


class StoredModel(Model):
    """A version of a value model; `document` has its name and rules, as in `default.json`."""

    __tablename__ = "value_models"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(String(10))
    document: Mapped[dict[str, Any]] = mapped_column(Json)
    active_from: Mapped[datetime] = mapped_column(Moment)
    retired_at: Mapped[datetime | None] = mapped_column(Moment)

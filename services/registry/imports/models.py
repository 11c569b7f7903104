"""Tables of imports and of the lines that they rejected."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.models import Model
from shared.database import Json, Moment
from shared.jobs.models import JobColumns


class Import(JobColumns, Model):
    """An import; the counts are lines of the file, `position` tells where to go on."""

    __tablename__ = "imports"

    entity: Mapped[str] = mapped_column(String(20))
    options: Mapped[dict[str, Any]] = mapped_column(Json)
    mapping: Mapped[dict[str, str]] = mapped_column(Json)
    dry_run: Mapped[bool]
    file_name: Mapped[str] = mapped_column(String(200))
    file_size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    header: Mapped[list[str]] = mapped_column(Json)
    ignored_columns: Mapped[list[str]] = mapped_column(Json)
    created: Mapped[int] = mapped_column(default=0)
    updated: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    rejected: Mapped[int] = mapped_column(default=0)
    position: Mapped[str | None] = mapped_column(String(200))
    changed_at: Mapped[datetime] = mapped_column(Moment)


class Rejection(Model):
    """A line that was not taken, as it stood, and why."""

    __tablename__ = "import_rejections"

    import_id: Mapped[UUID] = mapped_column(
        ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True
    )
    line: Mapped[int] = mapped_column(primary_key=True)
    cells: Mapped[list[str]] = mapped_column(Json)
    faults: Mapped[list[str]] = mapped_column(Json)

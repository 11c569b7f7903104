"""Tables of imports and of the lines that could not be taken."""

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from services.survey.models import Model
from shared.database import Json
from shared.jobs.models import JobColumns


class Import(JobColumns, Model):
    """A file of answers on its way; `processed` is also how far it has come."""

    __tablename__ = "imports"

    survey_id: Mapped[UUID] = mapped_column(ForeignKey("surveys.id"), index=True)
    wave: Mapped[str] = mapped_column(String(40))
    file_name: Mapped[str] = mapped_column(String(200))
    file_size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    mapping: Mapped[dict[str, str | None]] = mapped_column(Json)
    options: Mapped[dict[str, Any]] = mapped_column(Json)
    dry_run: Mapped[bool]
    header: Mapped[list[str]] = mapped_column(Json)
    ignored_columns: Mapped[list[str]] = mapped_column(Json)
    created: Mapped[int] = mapped_column(default=0)
    updated: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    rejected: Mapped[int] = mapped_column(default=0)


class Rejection(Model):
    """A line that could not be taken, as it stood in the file, and why."""

    __tablename__ = "import_rejections"

    import_id: Mapped[UUID] = mapped_column(
        ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True
    )
    line: Mapped[int] = mapped_column(primary_key=True)
    cells: Mapped[list[str]] = mapped_column(Json)
    faults: Mapped[list[str]] = mapped_column(Json)

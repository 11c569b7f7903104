"""Tables of imports and of rejected lines."""

from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from services.survey.models import Model
from shared.imports.models import ImportColumns, RejectionColumns


class Import(ImportColumns, Model):
    """An import of a file of answers; the job goes on after line `processed` when it resumes."""

    __tablename__ = "imports"

    survey_id: Mapped[UUID] = mapped_column(ForeignKey("surveys.id"), index=True)
    wave: Mapped[str] = mapped_column(String(40))


class Rejection(RejectionColumns, Model):
    """A line that was rejected, with its cells as in the file, and the faults."""

    __tablename__ = "import_rejections"

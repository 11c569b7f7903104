"""Tables of imports and of the lines that could not be taken."""

from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from services.survey.models import Model
from shared.imports.models import ImportColumns, RejectionColumns


class Import(ImportColumns, Model):
    """A file of answers on its way; `processed` is also how far it has come."""

    __tablename__ = "imports"

    survey_id: Mapped[UUID] = mapped_column(ForeignKey("surveys.id"), index=True)
    wave: Mapped[str] = mapped_column(String(40))


class Rejection(RejectionColumns, Model):
    """A line that could not be taken, as it stood in the file, and why."""

    __tablename__ = "import_rejections"

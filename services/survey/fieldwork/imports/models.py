"""Tables of imports of answers, and of the lines that they rejected."""

from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from services.survey.fieldwork.imports.problems import MAY_COUNT_TWICE
from services.survey.models import Model
from shared.catalogue import FaultCode
from shared.imports.models import ImportColumns, RejectionColumns


class Import(ImportColumns, Model):
    """The import of a file of answers to a wave, and at the same time the job that a worker runs.

    `processed` is the number of lines imported so far: a resumed job continues after them.
    `has_lines_without_ids` is true as soon as a line has neither a response id nor a respondent; it
    is None if the release before this column has created the import.
    """

    __tablename__ = "imports"

    survey_id: Mapped[UUID] = mapped_column(ForeignKey("surveys.id"), index=True)
    wave: Mapped[str] = mapped_column(String(40))
    has_lines_without_ids: Mapped[bool | None]

    @property
    def warnings(self) -> list[FaultCode]:
        """The codes of the warnings about the file, whose lines are imported nevertheless."""
        return [MAY_COUNT_TWICE] if self.has_lines_without_ids else []


class Rejection(RejectionColumns, Model):
    """A rejected line of a file: its cells as they are in the file, and its faults."""

    __tablename__ = "import_rejections"

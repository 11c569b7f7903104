"""The tables of imports and of rejected lines."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.models import Model
from shared.database import Moment
from shared.imports.models import ImportColumns, RejectionColumns


class Import(ImportColumns, Model):
    """An import of a file; the column `position` is used only by the release before this one."""

    __tablename__ = "imports"

    entity: Mapped[str] = mapped_column(String(20))
    position: Mapped[str | None] = mapped_column(String(200))
    changed_at: Mapped[datetime] = mapped_column(Moment)


class Rejection(RejectionColumns, Model):
    """A rejected line as it was in the file, and the reasons why it was rejected."""

    __tablename__ = "import_rejections"

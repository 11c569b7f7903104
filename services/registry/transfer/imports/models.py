"""Tables of imports and of the lines that they rejected."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.models import Model
from shared.database import Moment
from shared.imports.models import ImportColumns, RejectionColumns


class Import(ImportColumns, Model):
    """An import; `position` is not used: the release before this one wrote it."""

    __tablename__ = "imports"

    entity: Mapped[str] = mapped_column(String(20))
    position: Mapped[str | None] = mapped_column(String(200))
    changed_at: Mapped[datetime] = mapped_column(Moment)


class Rejection(RejectionColumns, Model):
    """A line that was not taken, as it stood, and why."""

    __tablename__ = "import_rejections"

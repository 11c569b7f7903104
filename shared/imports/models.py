"""The columns that the tables of imports and of rejected lines have in every service."""

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from shared.database import Json
from shared.jobs.models import JobColumns


class ImportColumns(JobColumns):
    """A mixin for a table `imports`.

    `created`, `updated`, `unchanged` and `rejected` count lines; `processed` is their sum.
    `repaired` has the counts of `repairs.add_repairs`; it is None as long as nothing was repaired.
    `encoding` is the encoding in which a CSV file is read; it is None for a workbook, and for
    imports that a release before this column stored.
    """

    options: Mapped[dict[str, Any]] = mapped_column(Json)
    mapping: Mapped[dict[str, Any]] = mapped_column(Json)
    dry_run: Mapped[bool]
    file_name: Mapped[str] = mapped_column(String(200))
    file_size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    encoding: Mapped[str | None] = mapped_column(String(20))
    header: Mapped[list[str]] = mapped_column(Json)
    ignored_columns: Mapped[list[str]] = mapped_column(Json)
    created: Mapped[int] = mapped_column(default=0)
    updated: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    rejected: Mapped[int] = mapped_column(default=0)
    repaired: Mapped[list[dict[str, Any]] | None] = mapped_column(Json)

    @property
    def read_encoding(self) -> str | None:
        """The encoding in which the file is read: the one of the upload, or else the option."""
        requested: str | None = self.options["encoding"]
        return self.encoding or requested

    @property
    def system(self) -> str | None:
        """The system that the ids in the file come from; None if the file needs no system."""
        system: str | None = self.options["system"]
        return system


class RejectionColumns:
    """A mixin for a table `import_rejections`: rejected lines as they were in the file.

    `cells` are all cells of the line, also if they are more or fewer than those of the header; an
    earlier release stored as many as the header has. `faults` are messages for the file of errors.
    `coded_faults` are the same faults as data; it is None for lines that a release before this
    column rejected.
    """

    import_id: Mapped[UUID] = mapped_column(
        ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True
    )
    line: Mapped[int] = mapped_column(primary_key=True)
    cells: Mapped[list[str]] = mapped_column(Json)
    faults: Mapped[list[str]] = mapped_column(Json)
    coded_faults: Mapped[list[dict[str, Any]] | None] = mapped_column(Json)

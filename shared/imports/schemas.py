"""What the bodies of imports have in common."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Self
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fastapi import UploadFile
from pydantic import AfterValidator, Field, field_validator
from pydantic_core import PydanticCustomError

from shared.files.store import digest
from shared.http.json_names import JsonPart
from shared.http.schemas import Body, Code, without_nul
from shared.imports.models import ImportColumns
from shared.imports.service import Upload
from shared.jobs.models import JobState


def _known_zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise PydanticCustomError("zone", "Give a zone such as Asia/Shanghai.") from error


Zone = Annotated[Code, AfterValidator(_known_zone)]


def _one_name(encoding: str | None) -> str | None:
    return "gbk" if encoding == "gb18030" else encoding


Encoding = Annotated[
    str | None,
    Field(
        pattern="^(utf-8|gbk|gb18030)$",
        description="utf-8 or gbk; gbk includes GB18030, and gb18030 means the same. "
        "Absent: found out from the file.",
    ),
    AfterValidator(_one_name),
]


ANY_SIZE = 1 << 50
"""Bytes: what a form with a file may have; the file itself has a limit of its own."""


class FileForm(Body):
    """The parts of a form with a file that every import has."""

    file: UploadFile
    mapping: JsonPart[dict[str, str | None]] = Field(
        "{}",
        validate_default=True,
        description="JSON object: column of the file -> column as it is named here, such as "
        '`{"客户名称": "name"}`; null: ignored. A column that has its name already is left out.',
    )
    dry_run: bool = Field(False, description="Count and check, change nothing.")

    @field_validator("file")
    @classmethod
    def _named_without_nul(cls, file: UploadFile) -> UploadFile:
        without_nul(file.filename or "")
        return file

    def upload(self, *, limit: int, by: str) -> Upload:
        """Give the file as it came, and who sent it."""
        return Upload(
            name=self.file.filename or "",
            stream=self.file.file,
            mapping=self.mapping,
            dry_run=self.dry_run,
            limit=limit,
            by=by,
        )

    def said(self) -> str:
        """Write all that makes two forms the same request."""
        rest = self.model_dump_json(exclude={"file"})
        return f"{rest}{self.file.filename}{digest(self.file.file)}"


class FailureOut(Body):
    """Why an import failed as a whole."""

    code: str
    message: str
    pointer: str


class FileImportOut(Body):
    """An import of a file; counts are lines, `processed` is the sum of the four outcomes."""

    id: UUID
    state: JobState
    system: str | None = Field(description="Whose ids the file has; null where it needs none.")
    dry_run: bool
    file_name: str
    file_size: int = Field(description="Bytes.")
    ignored_columns: list[str] = Field(description="Columns of the file that mean nothing here.")
    processed: int = Field(description="Lines done so far: the sum of the four outcomes.")
    total: int | None = Field(description="Lines of the file, once they are counted.")
    created: int = Field(description="Lines of records that were new; an order may have many.")
    updated: int = Field(description="Lines of records that were known and have changed.")
    unchanged: int = Field(description="Lines of records that were known to be so already.")
    rejected: int = Field(description="Lines that were not taken; `errors_url` says why.")
    errors_url: str | None = Field(
        description="The rejected lines as CSV, with a column that says why; null without any."
    )
    failure: FailureOut | None
    created_at: datetime
    ended_at: datetime | None

    place: ClassVar[str]
    """Where an import is read; `{row}` is its row."""

    @classmethod
    def place_of(cls, row: ImportColumns) -> str:
        """Tell where an import is read."""
        return cls.place.format(row=row)

    @classmethod
    def of(cls, row: ImportColumns) -> Self:
        """Present an import."""
        names = cls.model_fields.keys() - {"errors_url"}
        url = f"{cls.place_of(row)}/errors" if row.rejected else None
        return cls(**{name: getattr(row, name) for name in names}, errors_url=url)


QUEUED: dict[str, Any] = {
    "state": "queued",
    "system": "erp",
    "ignored_columns": [],
    "processed": 0,
    "total": None,
    "created": 0,
    "updated": 0,
    "unchanged": 0,
    "rejected": 0,
    "errors_url": None,
    "failure": None,
    "created_at": "2026-01-31T01:30:00Z",
    "ended_at": None,
}
"""For examples: what an import says when it has just been taken."""

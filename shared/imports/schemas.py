"""What the bodies of imports have in common."""

from datetime import datetime
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from shared.http.schemas import Body, Code
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


class FailureBody(Body):
    """Why an import failed as a whole."""

    code: str
    message: str
    pointer: str


class FileImportBody(Body):
    """An import of a file; counts are lines, `processed` is the sum of the four outcomes."""

    id: UUID
    state: JobState
    dry_run: bool
    file_name: str
    file_size: int = Field(description="Bytes.")
    ignored_columns: list[str] = Field(description="Columns of the file that mean nothing here.")
    processed: int
    total: int | None = Field(description="Lines of the file, once they are counted.")
    created: int
    updated: int
    unchanged: int
    rejected: int
    errors_url: str | None = Field(
        description="The rejected lines as CSV, with a column that says why; null without any."
    )
    failure: FailureBody | None
    created_at: datetime
    ended_at: datetime | None

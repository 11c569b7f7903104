"""Bodies of imports."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fastapi import UploadFile
from pydantic import AfterValidator, Field, Json
from pydantic_core import PydanticCustomError

from services.registry.imports import domain
from services.registry.imports.domain import Entity, Mode
from shared.http.schemas import Body, Code, Currency, Flag, Page
from shared.settings import ServiceSettings


def _known_zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise PydanticCustomError("zone", "Give a zone such as Asia/Shanghai.") from error


class OptionsBody(Body):
    """How the file is to be read; what is absent has the default named here."""

    system: Code = Field("import", description="The system whose ids the file has.")
    create_customers: Flag = Field(False, description="Register customers that are unknown.")
    currency: Currency | None = Field(
        None, description="Where a line names none; absent: the company's."
    )
    timezone: Annotated[Code, AfterValidator(_known_zone)] | None = Field(
        None, description="Of times without offset, and of days; absent: the business zone."
    )
    encoding: str | None = Field(
        None, pattern="^(utf-8|gbk)$", description="utf-8 or gbk; absent: found out."
    )
    return_prefix: Code | None = Field(
        None, description="An order id that begins so is a return.", examples=["C"]
    )
    strip_suffix: Code | None = Field(
        None, description="Taken off the ends of customers' ids.", examples=[".0"]
    )
    mode: Mode = Mode.UPSERT

    def options(self, settings: ServiceSettings) -> domain.Options:
        """Read, with the deployment's defaults for what is absent."""
        return domain.Options(
            system=self.system,
            create_customers=self.create_customers,
            currency=self.currency or settings.currency,
            timezone=self.timezone or settings.timezone,
            encoding=self.encoding,
            return_prefix=self.return_prefix,
            strip_suffix=self.strip_suffix,
            mode=self.mode,
        )


class ImportForm(Body):
    """The parts of the form."""

    entity: Entity
    file: UploadFile = Field(description="CSV in UTF-8 or GBK, or XLSX, with a header line.")
    mapping: Json[dict[str, str]] = Field(
        "{}", validate_default=True, description="JSON object: column of the file -> field."
    )
    options: Json[OptionsBody] = Field("{}", validate_default=True, description="JSON object.")
    dry_run: bool = Field(False, description="Count and check, change nothing.")


class FailureBody(Body):
    """Why an import failed as a whole."""

    code: str
    message: str
    pointer: str


class ImportBody(Body):
    """An import; counts are lines, `processed` is the sum of the four outcomes."""

    id: UUID
    entity: Entity
    state: str = Field(description="queued, running, succeeded, failed or cancelled.")
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


class ImportPage(Page[ImportBody]):
    """A page of imports."""


def import_body(row: Any) -> ImportBody:
    """Present an import."""
    names = ImportBody.model_fields.keys() - {"errors_url"}
    url = f"/v1/imports/{row.id}/errors" if row.rejected else None
    return ImportBody(**{name: getattr(row, name) for name in names}, errors_url=url)


def import_page(rows: Any, following: str | None) -> ImportPage:
    """Present a page of imports."""
    return ImportPage(items=[import_body(row) for row in rows], next=following)

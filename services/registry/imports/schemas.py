"""Bodies of imports."""

from typing import Any

from fastapi import UploadFile
from pydantic import Field, Json

from services.registry.imports import domain
from services.registry.imports.domain import Entity, Mode
from shared.http.schemas import Body, Code, Currency, Flag, Page
from shared.imports.schemas import Encoding, FileImportBody, Zone
from shared.settings import ServiceSettings


class OptionsBody(Body):
    """How the file is to be read; what is absent has the default named here."""

    system: Code = Field("import", description="The system whose ids the file has.")
    create_customers: Flag = Field(False, description="Register customers that are unknown.")
    currency: Currency | None = Field(
        None, description="Where a line names none; absent: the company's."
    )
    timezone: Zone | None = Field(
        None, description="Of times without offset, and of days; absent: the business zone."
    )
    encoding: Encoding = None
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


class ImportBody(FileImportBody):
    """An import; counts are lines, `processed` is the sum of the four outcomes."""

    entity: Entity


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

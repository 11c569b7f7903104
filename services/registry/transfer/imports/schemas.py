"""Request and response bodies of imports."""

from typing import Annotated, Any

from fastapi import Form
from pydantic import ConfigDict, Field

from services.registry.sales.order.lines import OrderFields
from services.registry.transfer.imports.problems import FOREIGN
from services.registry.transfer.imports.specs import SPECS, ImportEntity
from shared.errors import Fault, Invalid
from shared.http.schemas import Body, Code, Country, Currency, FacetedPage, Flag, System
from shared.http.strict_json import JsonPart
from shared.imports.placeholders import PLACEHOLDERS
from shared.imports.schemas import (
    QUEUED_IMPORT,
    DateOrder,
    Encoding,
    FileForm,
    FileImportOut,
    Placeholders,
    UploadedFile,
    Zone,
)
from shared.imports.service import SYSTEM_REQUIRED
from shared.imports.specs import ImportMode
from shared.imports.times import DateFormat
from shared.settings import ServiceSettings


class ImportOptions(Body):
    """How the file is read; an option that is left out has its default value."""

    system: System | None = Field(
        None,
        description="The system whose external ids the file contains, without a colon; required.",
        examples=["erp"],
    )
    create_customers: Flag = Field(
        False,
        description="Register unknown customers, with their id as name. If this is false, the "
        "orders of unknown customers are rejected.",
    )
    currency: Currency | None = Field(
        None,
        description="Currency of prices whose line has no currency. Without this option, an "
        "existing product keeps its currency, and other prices are in the company's currency.",
    )
    country: Country | None = Field(
        None,
        description="Country of phone numbers without a country code, if their line has no "
        "country; without this option, the company's country.",
    )
    timezone: Zone | None = Field(
        None,
        description="Time zone of times without an offset, and of business days; without this "
        "option, the company's time zone.",
    )
    date_format: DateOrder = DateFormat.YEAR_FIRST
    placeholders: Placeholders = Field(list(PLACEHOLDERS))
    encoding: Encoding = None
    return_prefix: Code | None = Field(
        None,
        description="Prefix of the ids of returns. In an order whose id begins with the prefix, "
        "quantities above 0 become negative, and negative quantities stay as they are.",
        examples=["R"],
    )
    order_fields: OrderFields = Field(
        OrderFields.EVERY_LINE,
        description="every_line: each line of an order has its time and its other fields. "
        "first_line: only the first line of an order in the file needs them; blank ones of later "
        "lines are those of the first line, and a different value rejects the order.",
    )
    strip_suffix: Code | None = Field(
        None, description="Suffix that is removed from the end of customers' ids.", examples=[".0"]
    )
    mode: ImportMode = Field(
        ImportMode.UPSERT,
        description="upsert: create new records and change existing ones; insert: reject lines of "
        "existing records; update: reject lines of new records.",
    )

    def to_store(self, entity: str, settings: ServiceSettings) -> dict[str, Any]:
        """Return the options to store with an import; missing ones get the company's defaults.

        Raises Invalid if an option does not apply to files of the entity, or if these files need a
        system and it is missing.
        """
        applicable = SPECS[entity].option_names()
        advice = f"Leave this option out: it does not apply to files of {entity}."
        fields = type(self).model_fields  # generated clients send default values too
        given = {name for name, value in self if value != fields[name].default}
        foreign = sorted(given.difference(applicable))
        faults = [Fault(f"/options/{name}", FOREIGN, advice) for name in foreign]
        if self.system is None and "system" in applicable:
            faults.append(SYSTEM_REQUIRED)
        if faults:
            raise Invalid(*faults)
        return dict(self) | {
            "currency": self.currency or settings.currency,
            "currency_given": self.currency is not None,
            "country": self.country or settings.country,
            "timezone": self.timezone or settings.timezone,
        }


_EXAMPLE: dict[str, Any] = {
    "entity": "customers",
    "file": "客户编号,客户名称,kind,nature\n10018,王强,person,household\n",
    "mapping": {"客户编号": "external_id", "客户名称": "name"},
    "options": {"system": "erp"},
    "dry_run": True,
}
_RUNNING = QUEUED_IMPORT | {
    "id": "0199a7c0-0000-7000-8000-000000000004",
    "entity": "customers",
    "dry_run": True,
    "file_name": "customers.csv",
    "file_size": 68,
}


class ImportForm(FileForm):
    """The parts of the form that starts an import."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    entity: ImportEntity = Field(description="Kind of records that the file contains.")
    file: UploadedFile = Field(
        description="CSV with commas in UTF-8, GBK or `options.encoding`, or XLSX; the first line "
        "names the columns."
    )
    options: JsonPart[ImportOptions] = Field(
        default_factory=ImportOptions, description="Options of the file, as a JSON object."
    )


SentForm = Annotated[ImportForm, Form(media_type="multipart/form-data")]


class ImportOut(FileImportOut):
    """An import of a file; all its counts are numbers of lines."""

    location_template = "/v1/imports/{row.id}"
    model_config = ConfigDict(json_schema_extra={"examples": [_RUNNING]})

    entity: ImportEntity


class ImportPage(FacetedPage[ImportOut]):
    """A page of imports."""
